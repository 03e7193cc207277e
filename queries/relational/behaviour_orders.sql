-- P2P orders of each account as a buyer in the longest window: those it called paid (payer or proof shown, or appealed) and
-- yet cancelled; proofs seen in other orders too; most other buyers on one of its payers; orders a stranger paid, whose
-- name is not the buyer's and who was not seen with this buyer before the last month; sellers of those orders.
-- returns: account, orders, cancelled_after_paid, reused_proofs, payer_buyers, strangers_paid, sellers
WITH orders AS (
  SELECT
    buyer_id, seller_id, "at", payer_name, payer, proof, appealed_at, lower(state) IN ('cancelled', 'canceled') AS cancelled
  FROM p2p_orders
  CROSS JOIN spans
  WHERE "at" >= spans.half_year
), proofs AS (
  SELECT proof, count(*) AS orders FROM orders WHERE proof IS NOT NULL GROUP BY proof
), payers AS (
  SELECT payer, count(DISTINCT buyer_id) AS buyers FROM orders WHERE payer IS NOT NULL GROUP BY payer
), familiar AS (
  SELECT buyer_id, payer_name, min("at") AS since FROM p2p_orders WHERE payer_name IS NOT NULL GROUP BY buyer_id, payer_name
), marked AS (
  SELECT
    orders.buyer_id AS buyer_id, orders.seller_id AS seller_id,
    orders.cancelled AND coalesce(orders.payer, orders.proof, orders.appealed_at::varchar) IS NOT NULL AS cancelled_after_paid,
    coalesce(proofs.orders, 0) > 1 AS reused, coalesce(payers.buyers, 1) - 1 AS others,
    orders.payer_name <> accounts.name AND familiar.since >= spans.month AS stranger
  FROM orders
  CROSS JOIN spans
  LEFT JOIN proofs ON proofs.proof = orders.proof
  LEFT JOIN payers ON payers.payer = orders.payer
  LEFT JOIN familiar ON familiar.buyer_id = orders.buyer_id AND familiar.payer_name = orders.payer_name
  LEFT JOIN accounts ON accounts.account_id = orders.buyer_id
)
SELECT
  roster.id AS account, count(*) AS orders, count(*) FILTER (WHERE marked.cancelled_after_paid) AS cancelled_after_paid,
  count(*) FILTER (WHERE marked.reused) AS reused_proofs, max(marked.others) AS payer_buyers,
  count(*) FILTER (WHERE marked.stranger) AS strangers_paid,
  count(DISTINCT marked.seller_id) FILTER (WHERE marked.stranger) AS sellers
FROM marked
JOIN roster ON roster.account_id = marked.buyer_id
GROUP BY roster.id
ORDER BY account
