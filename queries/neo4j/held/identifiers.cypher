// All identifiers that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: kind, identifier, degree, class, first_seen, last_seen, voltage, counted, why
MATCH (i:Identifier)
RETURN
  i.kind AS kind, substring(i.key, size(i.kind) + 1) AS identifier, i.degree AS degree, i.class AS class, i.first_seen
  AS first_seen, i.last_seen AS last_seen, i.voltage AS voltage, i.counted AS counted, i.why AS why
