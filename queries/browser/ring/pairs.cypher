// Pairs of a ring: the strongest links between its surest members, with their bits
// params: ring_id, limit
// returns: path, bits, probability, families, shared
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring {id: $ring_id})
WHERE coalesce(m.since, 0) <= seq AND coalesce(m.until, seq + 1) > seq
WITH seq, a, m
ORDER BY m.confidence DESC, a.id
LIMIT toInteger($limit)
WITH seq, collect(a) AS members
UNWIND members AS a
MATCH path = (a)-[l:LINKED]->(b:Account)
WHERE coalesce(l.since, 0) <= seq AND coalesce(l.until, seq + 1) > seq AND b IN members
RETURN path AS path, l.bits AS bits, l.probability AS probability, l.families AS families, l.shared AS shared
ORDER BY bits DESC, a.id, b.id
LIMIT toInteger($limit)
