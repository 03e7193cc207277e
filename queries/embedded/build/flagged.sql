-- Flagged accounts, highest risk first.
CREATE OR REPLACE TABLE flagged AS
SELECT n.account_no AS account_no
FROM accounts AS a
JOIN account_numbers AS n ON n.account_id = a.account_id
WHERE a.flagged
ORDER BY a.risk DESC, account_no
