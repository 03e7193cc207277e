-- Trades of each account with the counterparty it traded most with in one market, in the longest window, beside all its
-- trades there and what chance would give: own trades * the other's / all of the market (per mille of a trade). `lost`:
-- trades with that counterparty at a price worse for this account than the market's median of the day by a hundredth or more.
-- returns: account, trades, matched, expected, lost
WITH recent AS (
  SELECT market, buyer_id, seller_id, price, "at" // 86400000000 AS day
  FROM trades
  CROSS JOIN spans
  WHERE "at" >= spans.half_year AND buyer_id <> seller_id
), usual AS (
  SELECT market, day, quantile_disc(price, 0.5) AS price FROM recent GROUP BY market, day
), sides AS (
  SELECT recent.market, recent.buyer_id AS account_id, recent.seller_id AS other, recent.price * 100 >= usual.price * 101 AS lost
  FROM recent
  JOIN usual ON usual.market = recent.market AND usual.day = recent.day
  UNION ALL
  SELECT recent.market, recent.seller_id, recent.buyer_id, recent.price * 101 <= usual.price * 100
  FROM recent
  JOIN usual ON usual.market = recent.market AND usual.day = recent.day
), markets AS (
  SELECT market, count(*) // 2 AS trades FROM sides GROUP BY market
), own AS (
  SELECT market, account_id, count(*) AS trades FROM sides GROUP BY market, account_id
), met AS (
  SELECT market, account_id, other, count(*) AS matched, count(*) FILTER (WHERE lost) AS lost
  FROM sides
  GROUP BY market, account_id, other
), most AS (
  SELECT market, account_id, other, matched, lost
  FROM met
  QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY matched DESC, lost DESC, market, other) = 1
)
SELECT
  roster.id AS account, own.trades AS trades, most.matched AS matched,
  1000 * own.trades * theirs.trades // markets.trades AS expected, most.lost AS lost
FROM most
JOIN own ON own.market = most.market AND own.account_id = most.account_id
JOIN own AS theirs ON theirs.market = most.market AND theirs.account_id = most.other
JOIN markets ON markets.market = most.market
JOIN roster ON roster.account_id = most.account_id
ORDER BY account
