-- Pairs of accounts that undid a trade with each other at once: what one sold to the other came back within the time allowed, in
-- nearly the same quantity; value: partners of such trades of the account with more. Who trades with everybody is a market maker.
-- returns: a, b, sign, value, most
WITH recent AS (
  SELECT
    trades.market AS market, buyer.id AS buyer, seller.id AS seller, trades."at" AS "at", trades.quantity::double AS quantity
  FROM trades
  CROSS JOIN sign_spans
  JOIN roster AS buyer ON buyer.account_id = trades.buyer_id
  JOIN roster AS seller ON seller.account_id = trades.seller_id
  WHERE trades."at" >= sign_spans.trades_from AND buyer.id <> seller.id
), undone AS (
  SELECT DISTINCT least(forth.buyer, forth.seller) AS a, greatest(forth.buyer, forth.seller) AS b
  FROM recent AS forth
  JOIN recent AS back ON back.market = forth.market AND back.buyer = forth.seller AND back.seller = forth.buyer
  CROSS JOIN sign_spans
  WHERE back."at" >= forth."at" AND back."at" - forth."at" <= sign_spans.mirror_time
    AND abs(back.quantity - forth.quantity) <= sign_spans.mirror_near * forth.quantity
), ends AS (
  SELECT a AS account FROM undone
  UNION ALL
  SELECT b FROM undone
), partners AS (
  SELECT account, count(*) AS partners FROM ends GROUP BY account
)
SELECT
  undone.a AS a, undone.b AS b, signs.code AS sign, greatest(one.partners, other.partners)::int AS value,
  2147483647::int AS most
FROM undone
JOIN partners AS one ON one.account = undone.a
JOIN partners AS other ON other.account = undone.b
JOIN signs ON signs.sign = 'mirrored'
ORDER BY a, b, sign
