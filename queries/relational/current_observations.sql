-- Observations as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: account_id, kind, identifier, ip_version, at, session_id, count
SELECT
  account_id AS account_id, kind AS kind, identifier AS identifier, ip_version AS ip_version, "at" AS "at",
  session_id AS session_id, count AS count
FROM ledger_observations, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  account_id AS account_id, kind AS kind, identifier AS identifier, ip_version AS ip_version, "at" AS "at",
  session_id AS session_id, count AS count
FROM (
  SELECT
    account_id AS account_id, kind AS kind, identifier AS identifier, ip_version AS ip_version, "at" AS "at",
    session_id AS session_id, count AS count, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_observations, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
