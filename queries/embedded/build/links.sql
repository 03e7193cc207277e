-- Pairs by their first end, then their second.
CREATE OR REPLACE TABLE links AS
SELECT
  a.account_no AS account_a_no, b.account_no AS account_b_no, p.bits AS bits, p.probability AS probability,
  p.families AS families, p.shared AS shared, p.shared_bits AS shared_bits
FROM incoming AS p
JOIN account_numbers AS a ON a.account_id = p.account_a
JOIN account_numbers AS b ON b.account_id = p.account_b
ORDER BY account_a_no, account_b_no
