-- What is known of an account: the newest ruling of people, else a takeover report, else a chargeback with a reason code
-- (what an intruder does on a taken-over account is charged back on it), else a mere suspicion. Said twice, it holds from
-- the first time on.
-- Rulings known at the same moment: victim before cleared before fraud before suspected, since a wrong flag costs most.
-- `typology` as told with the ruling that holds.
-- returns: account, label, at, typology
WITH rulings AS (
  SELECT account_id, label, typology, min("at") OVER (PARTITION BY account_id, label) AS "at",
    row_number() OVER (
      PARTITION BY account_id
      ORDER BY known_at DESC,
        CASE label WHEN 'victim' THEN 1 WHEN 'cleared' THEN 2 WHEN 'fraud' THEN 3 ELSE 4 END, typology NULLS LAST
    ) AS place
  FROM labels
), facts AS (
  SELECT account_id, label, "at", typology, CASE label WHEN 'suspected' THEN 4 ELSE 1 END AS rank
  FROM rulings
  WHERE place = 1
  UNION ALL
  SELECT account_id, 'victim', opened_at, 'account_takeover', 2 FROM disputes WHERE kind = 'takeover_report'
  UNION ALL
  SELECT account_id, 'chargeback', opened_at, NULL, 3 FROM disputes
  WHERE kind = 'chargeback' AND reason_code IS NOT NULL
), ranked AS (
  SELECT account_id, label, "at", typology,
    row_number() OVER (PARTITION BY account_id ORDER BY rank, "at") AS place
  FROM facts
)
SELECT roster.id AS account, ranked.label AS label, ranked."at" // 1000000 AS "at", ranked.typology AS typology
FROM ranked
JOIN roster ON roster.account_id = ranked.account_id
WHERE ranked.place = 1
ORDER BY account
