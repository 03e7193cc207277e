-- Accounts that were taken over as far as people know: reported so, or ruled a victim of it; and since when at the latest.
-- returns: account, at
WITH told AS (
  SELECT account_id, opened_at AS "at" FROM disputes WHERE kind = 'takeover_report'
  UNION ALL
  SELECT account_id, "at" FROM labels WHERE label = 'victim' AND typology = 'account_takeover'
)
SELECT roster.id AS account, min(told."at") // 1000000 AS "at"
FROM told
JOIN roster ON roster.account_id = told.account_id
GROUP BY roster.id
ORDER BY account
