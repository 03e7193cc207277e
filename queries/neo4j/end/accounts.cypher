// Accounts that the run no longer has: readers of earlier runs see them until the next publish. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
SET a.until = $seq
RETURN count(*) AS rows
