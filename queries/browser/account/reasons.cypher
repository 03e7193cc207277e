// Reasons of an account: what its score is made of, each with what it is about, largest share first
// params: account_id, limit
// returns: path, block, log_odds, reason
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH path = (a:Account {id: $account_id})-[b:BECAUSE]->()
WHERE coalesce(b.since, 0) <= seq AND coalesce(b.until, seq + 1) > seq
RETURN path AS path, b.block AS block, b.log_odds AS log_odds, b.reason AS reason
ORDER BY log_odds DESC, block, b.kind, b.identifier, b.other_account_id, reason
LIMIT toInteger($limit)
