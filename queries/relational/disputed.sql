-- Money in dispute per account and currency, in units of the currency.
-- returns: account, currency, amount
SELECT roster.id AS account, disputes.currency AS currency, sum(disputes.amount) AS amount
FROM disputes
JOIN roster ON roster.account_id = disputes.account_id
WHERE disputes.amount IS NOT NULL AND disputes.currency IS NOT NULL
GROUP BY roster.id, disputes.currency
ORDER BY account, currency
