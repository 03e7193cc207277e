-- Every account the ledger speaks of, numbered in the order of its id; `declared` says whether an accounts row describes it.
-- `owner`: the account that declared it as a sub-account, else itself.
-- returns: id, account_id, declared, owner, created_at, country, kyc_level, surname, postal_address
WITH mentioned AS (
  SELECT account_id FROM accounts
  UNION SELECT account_id FROM observations
  UNION SELECT account_id FROM instruments
  UNION SELECT account_id FROM labels
  UNION SELECT account_id FROM disputes
  UNION SELECT account_id FROM logins
  UNION SELECT account_id FROM payments
  UNION SELECT from_account_id FROM transfers
  UNION SELECT to_account_id FROM transfers
  UNION SELECT buyer_id FROM p2p_orders
  UNION SELECT seller_id FROM p2p_orders
  UNION SELECT buyer_id FROM ledger_trades, clock WHERE known_at <= as_of AND NOT deleted
  UNION SELECT seller_id FROM ledger_trades, clock WHERE known_at <= as_of AND NOT deleted
  UNION SELECT account_id FROM ledger_balances, clock WHERE known_at <= as_of AND NOT deleted
  UNION SELECT account_id FROM ledger_bonuses, clock WHERE known_at <= as_of AND NOT deleted
  UNION SELECT account_id FROM ledger_staff_access, clock WHERE known_at <= as_of AND NOT deleted
)
SELECT
  (row_number() OVER (ORDER BY mentioned.account_id) - 1)::int AS id,
  mentioned.account_id AS account_id,
  accounts.account_id IS NOT NULL AS declared,
  coalesce(accounts.parent_account_id, mentioned.account_id) AS owner,
  accounts.created_at // 1000000 AS created_at,
  accounts.country AS country,
  accounts.kyc_level AS kyc_level,
  accounts.surname AS surname,
  accounts.postal_address AS postal_address
FROM mentioned
LEFT JOIN accounts ON accounts.account_id = mentioned.account_id
ORDER BY mentioned.account_id
