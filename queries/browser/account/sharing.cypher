// Who shares what with an account: the accounts that share most, each with all they share; hubs are not followed
// `degree`: how many accounts may use an identifier that is followed. Some that count are used by very many.
// params: account_id, degree, limit
// returns: account, shared, paths
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH path = (a:Account {id: $account_id})-[u:USED]->(i:Identifier)<-[v:USED]-(b:Account)
WHERE coalesce(u.since, 0) <= seq AND coalesce(u.until, seq + 1) > seq
  AND coalesce(v.since, 0) <= seq AND coalesce(v.until, seq + 1) > seq
  AND coalesce(CASE WHEN seq < i.changed THEN i.was_counted END, i.counted)
  AND coalesce(CASE WHEN seq < i.changed THEN i.was_degree END, i.degree) <= $degree
RETURN b AS account, count(*) AS shared, collect(path) AS paths
ORDER BY shared DESC, account.id
LIMIT toInteger($limit)
