// What each of these accounts' scores is made of, largest share first.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: account_ids, seq, cap
// returns: account_id, block, kind, identifier, other_account_id, log_odds, reason
UNWIND range(0, size($account_ids) - 1) AS at
MATCH (a:Account {id: $account_ids[at]})
CALL (a) {
  MATCH (a)-[b:BECAUSE]->()
  WHERE coalesce(b.since, 0) <= $seq AND CASE WHEN coalesce(b.until, $seq + 1) > $seq THEN keys(b) <> [] ELSE false END
  RETURN b
}
WITH
  a.id AS account_id, b.block AS block, nullIf(b.kind, '') AS kind, nullIf(b.identifier, '') AS identifier,
  nullIf(b.other_account_id, '') AS other_account_id, b.log_odds AS log_odds, b.reason AS reason
ORDER BY at, log_odds DESC, block, kind, identifier, other_account_id, reason
LIMIT $cap
WITH collect([account_id, block, kind, identifier, other_account_id, log_odds, reason]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
