-- What is known of an account: the newest ruling of people, else a takeover report, else a chargeback with a reason code:
-- what an intruder does on a taken-over account is charged back on it.
-- Rulings known at the same moment: victim before cleared before fraud before suspected, since a wrong flag costs most.
-- returns: account, label, at
WITH rulings AS (
  SELECT account_id, label, "at", known_at, 1 AS rank,
    CASE label WHEN 'victim' THEN 1 WHEN 'cleared' THEN 2 WHEN 'fraud' THEN 3 ELSE 4 END AS ties
  FROM labels
  UNION ALL
  SELECT account_id, 'chargeback', opened_at, known_at, 3, 1 FROM disputes
  WHERE kind = 'chargeback' AND reason_code IS NOT NULL
  UNION ALL
  SELECT account_id, 'victim', opened_at, known_at, 2, 1 FROM disputes WHERE kind = 'takeover_report'
), ranked AS (
  SELECT account_id, label, "at",
    row_number() OVER (PARTITION BY account_id ORDER BY rank, known_at DESC, ties, "at") AS place
  FROM rulings
)
SELECT roster.id AS account, ranked.label AS label, ranked."at" // 1000000 AS "at"
FROM ranked
JOIN roster ON roster.account_id = ranked.account_id
WHERE ranked.place = 1
ORDER BY account
