-- The number of each identifier.
CREATE OR REPLACE TABLE identifier_numbers AS
SELECT key AS key, CAST(row_number() OVER (ORDER BY key) - 1 AS INTEGER) AS identifier_no
FROM identifiers
ORDER BY identifier_no
