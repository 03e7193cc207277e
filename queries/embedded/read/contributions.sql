-- What each of these accounts' scores is made of, largest share first.
-- params: account_ids, cap
-- returns: account_id, block, kind, identifier, other_account_id, log_odds, reason
SELECT
  a.account_id AS account_id, c.block AS block, c.kind AS kind, c.identifier AS identifier,
  c.other_account_id AS other_account_id, c.log_odds AS log_odds, c.reason AS reason
FROM contributions AS c
JOIN accounts AS a ON a.account_no = c.account_no
WHERE a.account_id IN (SELECT unnest(CAST($account_ids AS VARCHAR[])) AS account_id)
ORDER BY c.account_no, c.place
LIMIT $cap
