// Second pass over accounts that change: from run $seq on readers take the plain values, until then the `was_` ones.
// params: rows, seq
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
SET a.changed = $seq
