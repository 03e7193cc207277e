-- The same links by identifier; `place` counts its accounts in the order readers want them.
CREATE OR REPLACE TABLE used_by AS
SELECT
  identifier_no AS identifier_no,
  CAST(row_number() OVER (PARTITION BY identifier_no ORDER BY last_seen DESC, account_no) AS INTEGER) AS place,
  account_no AS account_no, first_seen AS first_seen, last_seen AS last_seen, n AS n, sessions AS sessions,
  days AS days
FROM used
ORDER BY identifier_no, place
