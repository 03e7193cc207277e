// Identifiers that the run no longer has: readers of earlier runs see them until the next publish. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
SET i.until = $seq
RETURN count(*) AS rows
