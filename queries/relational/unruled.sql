-- Accounts that a score is about: they have done something, and nobody has ruled on them.
-- returns: account
SELECT acting.account AS account
FROM (SELECT account FROM degrees UNION SELECT account FROM moves) AS acting
LEFT JOIN seeds ON seeds.account = acting.account
WHERE seeds.account IS NULL
ORDER BY account
