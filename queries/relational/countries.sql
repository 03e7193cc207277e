-- The country each account was last said to be of.
-- returns: account, country
SELECT roster.id AS account, arg_max(said.country, (said.known_at, said.batch, said.line)) AS country
FROM ledger_accounts AS said
JOIN roster ON roster.account_id = said.account_id
CROSS JOIN clock
WHERE said.known_at <= clock.as_of AND NOT said.deleted AND said.country IS NOT NULL
GROUP BY roster.id
ORDER BY account
