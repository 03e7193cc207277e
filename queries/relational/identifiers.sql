-- The public table of identifiers, with the voltage of the last solve (0 where none reached it).
-- returns: kind, identifier, degree, class, first_seen, last_seen, voltage, counted, why
WITH reached AS (
  SELECT identifiers_named.kind AS kind, identifiers_named.identifier AS identifier, identifier_voltage.voltage AS voltage
  FROM identifier_voltage
  JOIN identifiers_named ON identifiers_named.id = identifier_voltage.identifier
  WHERE identifier_voltage.voltage > 0
)
SELECT
  identifiers_seen.kind AS kind, identifiers_seen.identifier AS identifier, identifiers_seen.degree AS degree,
  identifiers_seen.class AS class, identifiers_seen.first_seen AS first_seen, identifiers_seen.last_seen AS last_seen,
  coalesce(reached.voltage, 0.0) AS voltage, identifiers_seen.counted AS counted, identifiers_seen.why AS why
FROM identifiers_seen
LEFT JOIN reached ON reached.kind = identifiers_seen.kind AND reached.identifier = identifiers_seen.identifier
ORDER BY kind, identifier
