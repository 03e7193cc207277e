-- Identifiers of the run in the order of their keys; the token is kept as the tail of the key only.
CREATE OR REPLACE TABLE identifiers AS
SELECT
  concat(kind, ':', identifier) AS key, kind AS kind, degree AS degree, class AS class_name, first_seen AS first_seen,
  last_seen AS last_seen, voltage AS voltage, counted AS counted, why AS why
FROM incoming
ORDER BY key
