-- The accounts cut into parts of at most some six million ledger rows in the order of their id: first and last account of each part.
-- returns: first_account, last_account
WITH sizes AS (
  SELECT
    (SELECT count(*) FROM ledger_logins) + (SELECT count(*) FROM ledger_payments) + (SELECT count(*) FROM ledger_instruments)
    + (SELECT count(*) FROM ledger_observations) + (SELECT count(*) FROM ledger_p2p_orders) AS events,
    (SELECT count(*) FROM roster) AS accounts
)
SELECT min(roster.account_id) AS first_account, max(roster.account_id) AS last_account
FROM roster
CROSS JOIN sizes
GROUP BY roster.id * (1 + sizes.events // 6000000) // greatest(sizes.accounts, 1)
ORDER BY first_account
