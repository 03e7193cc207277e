-- Pairs, once under each of their ends; `place` counts an account's pairs in the order readers want them.
CREATE OR REPLACE TABLE pairs AS
WITH ended AS (
  SELECT
    a.account_no AS account_a_no, b.account_no AS account_b_no, p.bits AS bits, p.probability AS probability,
    p.families AS families, p.shared AS shared, p.shared_bits AS shared_bits,
    unnest([a.account_no, b.account_no]) AS account_no
  FROM incoming AS p
  JOIN accounts AS a ON a.account_id = p.account_a
  JOIN accounts AS b ON b.account_id = p.account_b
)
SELECT
  account_no AS account_no,
  CAST(row_number() OVER (
    PARTITION BY account_no ORDER BY bits DESC, account_a_no, account_b_no
  ) AS INTEGER) AS place,
  account_a_no AS account_a_no, account_b_no AS account_b_no, bits AS bits, probability AS probability,
  families AS families, shared AS shared, shared_bits AS shared_bits
FROM ended
ORDER BY account_no, place
