-- When each account was first known to be fraud: a ruling that still holds, or a chargeback with a reason code.
-- returns: account_id, known_at
WITH told AS (
  SELECT account_id, known_at FROM labels WHERE label = 'fraud'
  UNION ALL
  SELECT account_id, known_at FROM disputes WHERE kind = 'chargeback' AND reason_code IS NOT NULL
)
SELECT roster.account_id AS account_id, min(told.known_at) AS known_at
FROM told
JOIN roster ON roster.account_id = told.account_id
JOIN seeds ON seeds.account = roster.id AND seeds.label IN ('fraud', 'chargeback')
GROUP BY roster.account_id
ORDER BY roster.account_id
