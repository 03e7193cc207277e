// Members that the run no longer has, or has with other values. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
MATCH (r:Ring {id: row.ring_id})
MATCH (a)-[m:MEMBER_OF]->(r)
WHERE coalesce(m.since, 0) < $seq AND coalesce(m.until, $seq) = $seq
SET m.until = $seq
RETURN count(*) AS rows
