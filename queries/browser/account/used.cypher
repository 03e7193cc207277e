// Identifiers of an account: what it used, hubs among them, last seen first
// params: account_id, limit
// returns: path, degree, counted, last_seen
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH path = (a:Account {id: $account_id})-[u:USED]->(i:Identifier)
WHERE coalesce(u.since, 0) <= seq AND coalesce(u.until, seq + 1) > seq
RETURN
  path AS path,
  coalesce(CASE WHEN seq < i.changed THEN i.was_degree END, i.degree) AS degree,
  coalesce(CASE WHEN seq < i.changed THEN i.was_counted END, i.counted) AS counted,
  u.last_seen AS last_seen
ORDER BY last_seen DESC, i.key
LIMIT toInteger($limit)
