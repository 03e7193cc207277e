-- Contributions by account, largest first.
CREATE OR REPLACE TABLE contributions AS
SELECT
  a.account_no AS account_no, c.block AS block, c.kind AS kind, c.identifier AS identifier,
  c.other_account_id AS other_account_id, c.log_odds AS log_odds, c.reason AS reason
FROM incoming AS c
JOIN account_numbers AS a ON a.account_id = c.account_id
ORDER BY
  account_no, log_odds DESC, block, kind NULLS LAST, identifier NULLS LAST, other_account_id NULLS LAST, reason
