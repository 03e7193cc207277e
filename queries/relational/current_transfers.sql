-- Transfers as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: from_account_id, to_account_id, at, amount, currency
SELECT
  from_account_id AS from_account_id, to_account_id AS to_account_id, "at" AS "at", amount AS amount,
  currency AS currency
FROM ledger_transfers, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  from_account_id AS from_account_id, to_account_id AS to_account_id, "at" AS "at", amount AS amount,
  currency AS currency
FROM (
  SELECT
    from_account_id AS from_account_id, to_account_id AS to_account_id, "at" AS "at", amount AS amount,
    currency AS currency, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_transfers, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
