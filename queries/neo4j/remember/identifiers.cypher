// First pass over identifiers that change, given as they were published: those of its values that change are kept as
// `was_`, and each that may be absent. What an older publish has left there goes.
// Answers which rows are not so in the graph; of those nothing is kept.
// params: rows
// returns: at
UNWIND range(0, size($rows) - 1) AS at
WITH at, $rows[at] AS row
OPTIONAL MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
WITH at, i, i IS NOT NULL AND [
  coalesce(i.degree, false), coalesce(i.class, false), coalesce(i.first_seen, false), coalesce(i.last_seen, false),
  coalesce(i.voltage, false), coalesce(i.counted, false), coalesce(i.why, false)
] = [
  coalesce(row.degree, false), coalesce(row.class, false), coalesce(row.first_seen, false), coalesce(row.last_seen,
  false), coalesce(row.voltage, false), coalesce(row.counted, false), coalesce(row.why, false)
] AS same, row.kept AS kept
FOREACH (old IN CASE WHEN same THEN [i] ELSE [] END | SET
  old.was_degree = kept.degree, old.was_class = old.class, old.was_first_seen = kept.first_seen,
  old.was_last_seen = kept.last_seen, old.was_voltage = kept.voltage, old.was_counted = kept.counted,
  old.was_why = old.why
)
WITH at, same
WHERE NOT same
RETURN at AS at
ORDER BY at
