-- Disputes as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: account_id, opened_at, known_at, kind, reason_code, amount, currency
SELECT
  account_id AS account_id, opened_at AS opened_at, known_at AS known_at, kind AS kind,
  reason_code AS reason_code, amount AS amount, currency AS currency
FROM ledger_disputes, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND opened_at <= as_of
UNION ALL
SELECT
  account_id AS account_id, opened_at AS opened_at, known_at AS known_at, kind AS kind,
  reason_code AS reason_code, amount AS amount, currency AS currency
FROM (
  SELECT
    account_id AS account_id, opened_at AS opened_at, known_at AS known_at, kind AS kind,
    reason_code AS reason_code, amount AS amount, currency AS currency, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_disputes, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND opened_at <= as_of
