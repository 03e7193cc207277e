-- Pairs with an end among these accounts: for each account at most `limit`, most bits first; each pair once.
-- The few pairs are found before names are joined, or every account's name would be read.
-- params: account_ids, limit, cap
-- returns: account_a, account_b, bits, probability, families, shared, shared_bits
WITH wanted AS MATERIALIZED (
  SELECT account_no AS account_no
  FROM accounts
  WHERE account_id IN (SELECT unnest(CAST($account_ids AS VARCHAR[])) AS account_id)
), found AS MATERIALIZED (
  SELECT
    account_a_no AS account_a_no, account_b_no AS account_b_no, bits AS bits, probability AS probability,
    families AS families, shared AS shared, shared_bits AS shared_bits
  FROM pairs
  WHERE account_no IN (SELECT account_no FROM wanted) AND place <= $limit
)
SELECT DISTINCT
  a.account_id AS account_a, b.account_id AS account_b, f.bits AS bits, f.probability AS probability,
  f.families AS families, f.shared AS shared, f.shared_bits AS shared_bits
FROM found AS f
JOIN accounts AS a ON a.account_no = f.account_a_no
JOIN accounts AS b ON b.account_no = f.account_b_no
ORDER BY bits DESC, account_a, account_b
LIMIT $cap
