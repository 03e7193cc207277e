// First pass over identifiers of a new run. Those whose values are the same are marked as held by it; of the others
// the values that readers see now are kept as `was_`, unless an unfinished publish has kept them already. Answers
// which rows are to be written.
// params: rows, seq, published
// returns: at
UNWIND range(0, size($rows) - 1) AS at
WITH at, $rows[at] AS row
OPTIONAL MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
WITH at, i, i IS NOT NULL AND [
  coalesce(i.degree, false), coalesce(i.class, false), coalesce(i.first_seen, false), coalesce(i.last_seen, false),
  coalesce(i.voltage, false), coalesce(i.counted, false), coalesce(i.why, false)
] = [
  coalesce(row.degree, false), coalesce(row.class, false), coalesce(row.first_seen, false),
  coalesce(row.last_seen, false), coalesce(row.voltage, false), coalesce(row.counted, false), coalesce(row.why, false)
] AS same
FOREACH (kept IN CASE WHEN same THEN [i] ELSE [] END | SET kept.seen = $seq)
FOREACH (old IN CASE
  WHEN i IS NOT NULL AND NOT same AND coalesce(i.changed, 0) <= $published THEN [i] ELSE []
END | SET
  old.was_degree = old.degree, old.was_class = old.class, old.was_first_seen = old.first_seen,
  old.was_last_seen = old.last_seen, old.was_voltage = old.voltage, old.was_counted = old.counted,
  old.was_why = old.why
)
WITH at, same
WHERE NOT same
RETURN at AS at
ORDER BY at
