-- The number of each account.
CREATE OR REPLACE TABLE account_numbers AS
SELECT account_id AS account_id, CAST(row_number() OVER (ORDER BY account_id) - 1 AS INTEGER) AS account_no
FROM accounts
ORDER BY account_no
