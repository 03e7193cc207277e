-- How many identifiers each account has used, over all time.
-- returns: account, degree
SELECT roster.id AS account, count(*)::int AS degree
FROM used
JOIN roster ON roster.account_id = used.account_id
GROUP BY roster.id
ORDER BY account
