// Rings that the run no longer has: readers of earlier runs see them until the next publish. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (r:Ring {id: row.ring_id})
SET r.until = $seq
RETURN count(*) AS rows
