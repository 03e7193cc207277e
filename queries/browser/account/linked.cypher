// Why two accounts are linked: the shortest ways from one to the other, through identifiers that count
// `hops`: how many identifiers may lie between them, 3 at most. `degree`: as in who shares what. At most 50 ways.
// params: account_id, other_id, hops, degree, limit
// returns: path, hops
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (a:Account {id: $account_id})
WITH seq, a
MATCH (b:Account {id: $other_id})
WHERE a <> b
WITH seq, a, b
MATCH path = SHORTEST 50 (a)(
  (x:Account WHERE x <> b)
  -[u:USED WHERE coalesce(u.since, 0) <= seq AND coalesce(u.until, seq + 1) > seq]->
  (i:Identifier WHERE coalesce(CASE WHEN seq < i.changed THEN i.was_counted END, i.counted)
    AND coalesce(CASE WHEN seq < i.changed THEN i.was_degree END, i.degree) <= $degree)
  <-[v:USED WHERE coalesce(v.since, 0) <= seq AND coalesce(v.until, seq + 1) > seq]-
  (y:Account WHERE y <> a)
){1,3}(b)
WHERE length(path) <= 2 * $hops
RETURN path AS path, length(path) / 2 AS hops
ORDER BY hops, [each IN nodes(path) | coalesce(each.id, each.key)]
LIMIT toInteger($limit)
