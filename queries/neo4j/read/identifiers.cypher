// The identifiers with these keys ('kind:token'), by key.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: keys, seq, cap
// returns: kind, identifier, degree, class_name, first_seen, last_seen, voltage, counted, why
UNWIND range(0, size($keys) - 1) AS at
MATCH (i:Identifier {key: $keys[at]})
WHERE coalesce(i.since, 0) <= $seq AND CASE WHEN coalesce(i.until, $seq + 1) > $seq THEN keys(i) <> [] ELSE false END
WITH
  i.kind AS kind,
  substring(i.key, size(i.kind) + 1) AS identifier,
  coalesce(CASE WHEN $seq < i.changed THEN i.was_degree END, i.degree) AS degree,
  CASE WHEN $seq < i.changed THEN i.was_class ELSE i.class END AS class_name,
  coalesce(CASE WHEN $seq < i.changed THEN i.was_first_seen END, i.first_seen) AS first_seen,
  coalesce(CASE WHEN $seq < i.changed THEN i.was_last_seen END, i.last_seen) AS last_seen,
  coalesce(CASE WHEN $seq < i.changed THEN i.was_voltage END, i.voltage) AS voltage,
  coalesce(CASE WHEN $seq < i.changed THEN i.was_counted END, i.counted) AS counted,
  CASE WHEN $seq < i.changed THEN i.was_why ELSE i.why END AS why
ORDER BY at
LIMIT $cap
WITH collect([kind, identifier, degree, class_name, first_seen, last_seen, voltage, counted, why]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
