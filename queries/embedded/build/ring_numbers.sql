-- The number of each ring.
CREATE OR REPLACE TABLE ring_numbers AS
SELECT ring_id AS ring_id, CAST(row_number() OVER (ORDER BY ring_id) - 1 AS INTEGER) AS ring_no
FROM rings
ORDER BY ring_no
