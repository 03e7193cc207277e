// Pairs that the run no longer has, or has with other values. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_a})
MATCH (b:Account {id: row.account_b})
MATCH (a)-[l:LINKED]->(b)
WHERE coalesce(l.since, 0) < $seq AND coalesce(l.until, $seq) = $seq
SET l.until = $seq
RETURN count(*) AS rows
