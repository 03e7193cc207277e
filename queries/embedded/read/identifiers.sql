-- The identifiers with these keys ('kind:token'), by key.
-- params: keys, cap
-- returns: kind, identifier, degree, class_name, first_seen, last_seen, voltage, counted, why
SELECT
  i.kind AS kind, substr(i.key, length(i.kind) + 2) AS identifier, i.degree AS degree, i.class_name AS class_name,
  i.first_seen AS first_seen, i.last_seen AS last_seen, i.voltage AS voltage, i.counted AS counted, i.why AS why
FROM identifiers AS i
WHERE i.key IN (SELECT unnest(CAST($keys AS VARCHAR[])) AS key)
ORDER BY i.key
LIMIT $cap
