-- Pairs of accounts that traded with each other in one market on two days or more, or back and forth, with the trades of either there
-- and what all others did: what trading at random would come to. A trade here is a minute in which the two were filled against each
-- other. `met`: trades with each other, the count that is judged; `value`: per cent of all the trades of whichever has more.
-- `activity`: sides of trades that were open to the one with more: the market's, without its own.
-- returns: a, b, place, met, value, active_a, active_b, activity, accounts
WITH recent AS (
  SELECT DISTINCT trades.market AS market, buyer.id AS buyer, seller.id AS seller, trades."at" // 60000000 AS minute
  FROM trades
  CROSS JOIN sign_spans
  JOIN roster AS buyer ON buyer.account_id = trades.buyer_id
  JOIN roster AS seller ON seller.account_id = trades.seller_id
  WHERE trades."at" >= sign_spans.trades_from AND buyer.id <> seller.id
), sides AS (
  SELECT market, buyer AS account FROM recent
  UNION ALL
  SELECT market, seller FROM recent
), own AS (
  SELECT market, account, count(*) AS trades FROM sides GROUP BY market, account
), everywhere AS (
  SELECT account, sum(trades) AS trades FROM own GROUP BY account
), markets AS (
  SELECT market, sum(trades) // 2 AS trades, count(*) AS accounts FROM own GROUP BY market
), met AS (
  SELECT market, least(buyer, seller) AS a, greatest(buyer, seller) AS b, count(*) AS trades
  FROM recent
  GROUP BY market, a, b
  HAVING count(DISTINCT minute // 1440) > 1
    OR least(count(*) FILTER (WHERE buyer < seller), count(*) FILTER (WHERE buyer > seller)) > 1
), best AS (
  SELECT
    met.a AS a, met.b AS b, met.market AS market, met.trades AS trades, one.trades AS one_trades, other.trades AS other_trades,
    markets.trades AS all_trades, markets.accounts AS accounts,
    row_number() OVER (
      PARTITION BY met.a, met.b
      ORDER BY met.trades * markets.trades // (one.trades * other.trades) DESC, met.trades DESC, met.market) AS place
  FROM met
  JOIN own AS one ON one.market = met.market AND one.account = met.a
  JOIN own AS other ON other.market = met.market AND other.account = met.b
  JOIN markets ON markets.market = met.market
)
SELECT
  best.a AS a, best.b AS b, 0::int AS place, best.trades::int AS met,
  (100 * best.trades // greatest(one.trades, other.trades))::int AS value,
  best.one_trades::bigint AS active_a, best.other_trades::bigint AS active_b,
  (2 * best.all_trades - greatest(best.one_trades, best.other_trades))::bigint AS activity,
  best.accounts::int AS accounts
FROM best
JOIN everywhere AS one ON one.account = best.a
JOIN everywhere AS other ON other.account = best.b
WHERE best.place = 1
ORDER BY a, b
