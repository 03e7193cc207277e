-- The rows of `links`, counted from 0, once under each of their ends, most bits first.
CREATE OR REPLACE TABLE linked AS
SELECT account_no AS account_no, CAST(link AS INTEGER) AS link
FROM (
  SELECT
    unnest([account_a_no, account_b_no]) AS account_no, bits AS bits,
    row_number() OVER (ORDER BY account_a_no, account_b_no) - 1 AS link
  FROM links
) AS ended
ORDER BY account_no, bits DESC, link
