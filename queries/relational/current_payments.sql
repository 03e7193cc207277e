-- Payments as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: account_id, at, direction, rail, amount, currency, instrument, wallet, session_id, status
SELECT
  account_id AS account_id, "at" AS "at", direction AS direction, rail AS rail, amount AS amount,
  currency AS currency, instrument AS instrument, wallet AS wallet, session_id AS session_id, status AS status
FROM ledger_payments, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  account_id AS account_id, "at" AS "at", direction AS direction, rail AS rail, amount AS amount,
  currency AS currency, instrument AS instrument, wallet AS wallet, session_id AS session_id, status AS status
FROM (
  SELECT
    account_id AS account_id, "at" AS "at", direction AS direction, rail AS rail, amount AS amount,
    currency AS currency, instrument AS instrument, wallet AS wallet, session_id AS session_id, status AS status,
    deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_payments, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
