-- When each account was first known for fraud, whatever was ruled later: a label, or a chargeback with a reason code. Epoch
-- seconds. `disputed`: when its first dispute was opened.
-- returns: account, known_at, disputed
WITH facts AS (
  SELECT account_id, known_at, NULL AS opened_at FROM labels WHERE label = 'fraud'
  UNION ALL
  SELECT account_id, known_at, opened_at FROM disputes WHERE kind = 'chargeback' AND reason_code IS NOT NULL
)
SELECT
  roster.id AS account, min(facts.known_at) // 1000000 AS known_at, min(facts.opened_at) // 1000000 AS disputed
FROM facts
JOIN roster ON roster.account_id = facts.account_id
GROUP BY roster.id
ORDER BY account
