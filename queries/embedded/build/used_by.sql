-- The rows of `used`, counted from 0, by identifier, each identifier's in the order readers want them.
CREATE OR REPLACE TABLE used_by AS
SELECT identifier_no AS identifier_no, CAST(use AS INTEGER) AS use
FROM (
  SELECT
    identifier_no AS identifier_no, last_seen AS last_seen,
    row_number() OVER (ORDER BY account_no, last_seen DESC, identifier_no) - 1 AS use
  FROM used
) AS numbered
ORDER BY identifier_no, last_seen DESC, use
