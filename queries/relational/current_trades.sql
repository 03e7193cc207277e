-- Trades as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: market, buyer_id, seller_id, price, quantity, at
SELECT
  market AS market, buyer_id AS buyer_id, seller_id AS seller_id, price AS price, quantity AS quantity, "at" AS "at"
FROM ledger_trades, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  market AS market, buyer_id AS buyer_id, seller_id AS seller_id, price AS price, quantity AS quantity, "at" AS "at"
FROM (
  SELECT
    market AS market, buyer_id AS buyer_id, seller_id AS seller_id, price AS price, quantity AS quantity, "at" AS "at",
    deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_trades, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
