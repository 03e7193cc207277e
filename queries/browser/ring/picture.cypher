// A ring and what holds it: its surest members, and the identifiers that most of them share; hubs are left out
// params: ring_id, limit
// returns: ring, members, places, shared, uses
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring {id: $ring_id})
WHERE coalesce(m.since, 0) <= seq AND coalesce(m.until, seq + 1) > seq
WITH seq, r, a, m
ORDER BY m.confidence DESC, a.id
LIMIT toInteger($limit)
WITH seq, r, collect(a) AS members, collect(m) AS places
CALL (seq, members) {
  UNWIND members AS a
  MATCH (a)-[u:USED]->(i:Identifier)
  WHERE coalesce(u.since, 0) <= seq AND coalesce(u.until, seq + 1) > seq
    AND coalesce(CASE WHEN seq < i.changed THEN i.was_counted END, i.counted)
  WITH i, collect(u) AS each
  WHERE size(each) > 1
  WITH i, each
  ORDER BY size(each) DESC, i.key
  LIMIT toInteger($limit)
  RETURN collect(i) AS shared, collect(each) AS uses
}
RETURN r AS ring, members AS members, places AS places, shared AS shared, uses AS uses
LIMIT 1
