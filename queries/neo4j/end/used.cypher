// Links that the run no longer has, or has with other values. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
MATCH (a)-[u:USED]->(i)
WHERE coalesce(u.since, 0) < $seq AND coalesce(u.until, $seq) = $seq
SET u.until = $seq
RETURN count(*) AS rows
