// Hubs around an account: what too many accounts use to count as evidence, shown and never followed
// params: account_id, limit
// returns: path, degree, why
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH path = (a:Account {id: $account_id})-[u:USED]->(i:Identifier)
WHERE coalesce(u.since, 0) <= seq AND coalesce(u.until, seq + 1) > seq
  AND NOT coalesce(CASE WHEN seq < i.changed THEN i.was_counted END, i.counted)
RETURN
  path AS path,
  coalesce(CASE WHEN seq < i.changed THEN i.was_degree END, i.degree) AS degree,
  CASE WHEN seq < i.changed THEN i.was_why ELSE i.why END AS why
ORDER BY degree DESC, i.key
LIMIT toInteger($limit)
