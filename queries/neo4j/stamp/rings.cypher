// Second pass over rings that change: from run $seq on readers take the plain values, until then the `was_` ones.
// params: rows, seq
UNWIND $rows AS row
MATCH (r:Ring {id: row.ring_id})
SET r.changed = $seq
