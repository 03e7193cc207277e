// Members of these rings, surest first.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: ring_ids, seq, cap
// returns: ring_id, account_id, membership, confidence
UNWIND range(0, size($ring_ids) - 1) AS at
MATCH (r:Ring {id: $ring_ids[at]})
CALL (r) {
  MATCH (a:Account)-[m:MEMBER_OF]->(r)
  WHERE coalesce(m.since, 0) <= $seq AND CASE WHEN coalesce(m.until, $seq + 1) > $seq THEN keys(m) <> [] ELSE false END
  RETURN a, m
}
WITH r.id AS ring_id, a.id AS account_id, m.membership AS membership, m.confidence AS confidence
ORDER BY at, confidence DESC, account_id
LIMIT $cap
WITH collect([ring_id, account_id, membership, confidence]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
