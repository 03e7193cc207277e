-- Money that accounts once known for fraud have sent or paid out, one row per movement; times in epoch seconds.
-- returns: account, at, currency, amount
WITH moved AS (
  SELECT from_account_id AS account_id, "at" AS "at", currency AS currency, amount AS amount FROM transfers
  UNION ALL
  SELECT account_id, "at", currency, amount FROM payments WHERE direction = 'out'
)
SELECT roster.id AS account, moved."at" // 1000000 AS "at", moved.currency AS currency, moved.amount::double AS amount
FROM moved
JOIN roster ON roster.account_id = moved.account_id
JOIN seeds ON seeds.account = roster.id AND seeds.label IN ('fraud', 'chargeback')
ORDER BY account, "at", currency, amount
