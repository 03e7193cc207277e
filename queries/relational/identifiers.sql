-- The public table of identifiers, with the voltage of the last solve (0 where none reached it).
-- returns: kind, identifier, degree, class, first_seen, last_seen, voltage, counted, why
SELECT
  identifiers_named.kind AS kind, identifiers_named.identifier AS identifier, identifiers_named.degree AS degree,
  NULL::varchar AS class, identifiers_named.first_seen AS first_seen, identifiers_named.last_seen AS last_seen,
  coalesce(identifier_voltage.voltage, 0.0) AS voltage, identifiers_named.counted AS counted, identifiers_named.why AS why
FROM identifiers_named
LEFT JOIN identifier_voltage ON identifier_voltage.identifier = identifiers_named.id
ORDER BY kind, identifier
