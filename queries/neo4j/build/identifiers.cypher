// Identifiers of the run with their values; the label of the kind is for colour, `Hub` says that it is not counted.
// params: rows, since
UNWIND $rows AS row
MERGE (i:Identifier {key: row.kind + ':' + row.identifier})
ON CREATE SET i.since = $since
SET
  i.kind = row.kind, i.degree = row.degree, i.class = row.class, i.first_seen = row.first_seen,
  i.last_seen = row.last_seen, i.voltage = row.voltage, i.counted = row.counted, i.why = row.why
REMOVE i:Hub
WITH i, [toUpper(left(row.kind, 1)) + substring(row.kind, 1)] + CASE WHEN row.counted THEN [] ELSE ['Hub'] END AS labels
SET i:$(labels)
