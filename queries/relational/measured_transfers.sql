-- Who has ever sent whom money, one row per sender and receiver.
-- returns: sender, receiver
SELECT DISTINCT sender.id AS sender, receiver.id AS receiver
FROM transfers
JOIN roster AS sender ON sender.account_id = transfers.from_account_id
JOIN roster AS receiver ON receiver.account_id = transfers.to_account_id
WHERE sender.id <> receiver.id
ORDER BY sender, receiver
