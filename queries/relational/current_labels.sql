-- Labels as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
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
