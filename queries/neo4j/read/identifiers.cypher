// The identifiers with these keys ('kind:token'), by key.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: keys, seq, cap
// returns: kind, identifier, degree, class_name, first_seen, last_seen, voltage, counted, why
UNWIND range(0, size($keys) - 1) AS at
MATCH (i:Identifier {key: $keys[at]})
WHERE coalesce(i.since, 0) <= $seq AND CASE WHEN coalesce(i.until, $seq + 1) > $seq THEN keys(i) <> [] ELSE false END
RETURN
  i.kind AS kind,
  substring(i.key, size(i.kind) + 1) AS identifier,
  CASE WHEN $seq < i.changed THEN i.was_degree ELSE i.degree END AS degree,
  CASE WHEN $seq < i.changed THEN i.was_class ELSE i.class END AS class_name,
  CASE WHEN $seq < i.changed THEN i.was_first_seen ELSE i.first_seen END AS first_seen,
  CASE WHEN $seq < i.changed THEN i.was_last_seen ELSE i.last_seen END AS last_seen,
  CASE WHEN $seq < i.changed THEN i.was_voltage ELSE i.voltage END AS voltage,
  CASE WHEN $seq < i.changed THEN i.was_counted ELSE i.counted END AS counted,
  CASE WHEN $seq < i.changed THEN i.was_why ELSE i.why END AS why
ORDER BY at
LIMIT $cap
