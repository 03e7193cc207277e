-- Contributions by account, in the order readers want them.
CREATE OR REPLACE TABLE contributions AS
SELECT
  a.account_no AS account_no,
  CAST(row_number() OVER (
    PARTITION BY a.account_no
    ORDER BY c.log_odds DESC, c.block, c.kind NULLS LAST, c.identifier NULLS LAST, c.other_account_id NULLS LAST,
      c.reason
  ) AS INTEGER) AS place,
  c.block AS block, c.kind AS kind, c.identifier AS identifier, c.other_account_id AS other_account_id,
  c.log_odds AS log_odds, c.reason AS reason
FROM incoming AS c
JOIN accounts AS a ON a.account_id = c.account_id
ORDER BY account_no, place
