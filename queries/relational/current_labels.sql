-- Labels as known at the clock: the newest row of each record; retracted rows and events yet to come are left out. And those
-- of the verdicts in force: whoever holds what was stolen is a victim. A verdict may be younger than the newest feed.
-- returns: account_id, label, at, known_at, source, typology
SELECT
  account_id AS account_id, label AS label, "at" AS "at", known_at AS known_at, source AS source,
  typology AS typology
FROM ledger_labels, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  account_id AS account_id, label AS label, "at" AS "at", known_at AS known_at, source AS source,
  typology AS typology
FROM (
  SELECT
    account_id AS account_id, label AS label, "at" AS "at", known_at AS known_at, source AS source,
    typology AS typology, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_labels, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
UNION ALL
SELECT
  account_id AS account_id, CASE verdict WHEN 'stolen_from' THEN 'victim' ELSE verdict END AS label,
  least(decided_at * 1000000, as_of) AS "at", decided_at * 1000000 AS known_at, verdict_id AS source,
  CASE verdict WHEN 'stolen_from' THEN 'stolen_from_' || kind END AS typology
FROM (
  SELECT verdict_id AS verdict_id, verdict AS verdict, kind AS kind, decided_at AS decided_at, unnest(accounts) AS account_id
  FROM verdicts
  WHERE verdict IN ('stolen_from', 'fraud', 'cleared', 'victim', 'suspected')
) AS ruled, clock
