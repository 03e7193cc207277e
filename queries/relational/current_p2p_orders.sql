-- P2P orders as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: buyer_id, seller_id, at, payer_name, payer, proof, state, appealed_at
SELECT
  buyer_id AS buyer_id, seller_id AS seller_id, "at" AS "at", payer_name AS payer_name,
  payer AS payer, proof AS proof, state AS state, appealed_at AS appealed_at
FROM ledger_p2p_orders, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  buyer_id AS buyer_id, seller_id AS seller_id, "at" AS "at", payer_name AS payer_name,
  payer AS payer, proof AS proof, state AS state, appealed_at AS appealed_at
FROM (
  SELECT
    buyer_id AS buyer_id, seller_id AS seller_id, "at" AS "at", payer_name AS payer_name,
    payer AS payer, proof AS proof, state AS state, appealed_at AS appealed_at, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_p2p_orders, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
