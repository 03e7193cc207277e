-- Money an account received by transfer from a confirmed perpetrator after that fraud began, one row per transfer.
-- Only the receiver is looked at: paying a fraudster is what victims do.
-- returns: account, sender, age_days
SELECT
  receiver.id AS account, sender.id AS sender, ((clock.as_of - transfers."at") // 86400000000)::int AS age_days
FROM transfers
JOIN roster AS sender ON sender.account_id = transfers.from_account_id
JOIN roster AS receiver ON receiver.account_id = transfers.to_account_id
JOIN seeds ON seeds.account = sender.id AND seeds.label = 'fraud' AND transfers."at" >= seeds."at" * 1000000
CROSS JOIN clock
WHERE sender.id <> receiver.id
ORDER BY account, sender, age_days
