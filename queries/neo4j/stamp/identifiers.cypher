// Second pass over identifiers that change: from run $seq on readers take the plain values, until then the `was_` ones.
// params: rows, seq
UNWIND $rows AS row
MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
SET i.changed = $seq
