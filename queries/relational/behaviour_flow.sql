-- How money passes through each account in the longest window. `within_hour`, `within_day`: per mille of the value paid in
-- by card or bank after which some money left within that time, weighed over currencies by the number of deposits;
-- `gathered`: most inflows from different sources between one outflow and the next.
-- returns: account, deposits, within_hour, within_day, gathered, inflows
WITH followed AS (
  SELECT
    account, "at", inflow, fiat, currency, amount, other,
    min("at") FILTER (WHERE NOT inflow) OVER (
      PARTITION BY account ORDER BY "at" RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) - "at" AS until_out,
    count(*) FILTER (WHERE NOT inflow) OVER (
      PARTITION BY account ORDER BY "at" RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS outs_to_come
  FROM moves
), by_currency AS (
  SELECT
    account, currency, count(*) FILTER (WHERE fiat) AS deposits,
    sum(amount) FILTER (WHERE fiat) AS paid_in,
    sum(amount) FILTER (WHERE fiat AND until_out <= spans.hour) AS fast,
    sum(amount) FILTER (WHERE fiat AND until_out <= spans.day) AS same_day
  FROM followed
  CROSS JOIN spans
  GROUP BY account, currency
), gathered AS (
  SELECT account, max(sources) AS gathered
  FROM (
    SELECT account, outs_to_come, count(DISTINCT other) AS sources
    FROM followed
    WHERE inflow AND outs_to_come > 0
    GROUP BY account, outs_to_come
  ) AS rounds
  GROUP BY account
), totals AS (
  SELECT account, count(*) FILTER (WHERE inflow) AS inflows
  FROM moves
  GROUP BY account
), deposited AS (
  SELECT
    account, sum(deposits) AS deposits,
    sum(deposits * (1000 * coalesce(fast, 0) // greatest(paid_in, 1))) // sum(deposits) AS within_hour,
    sum(deposits * (1000 * coalesce(same_day, 0) // greatest(paid_in, 1))) // sum(deposits) AS within_day
  FROM by_currency
  WHERE deposits > 0
  GROUP BY account
)
SELECT
  totals.account AS account, coalesce(deposited.deposits, 0)::bigint AS deposits,
  coalesce(deposited.within_hour, 0)::bigint AS within_hour, coalesce(deposited.within_day, 0)::bigint AS within_day,
  coalesce(gathered.gathered, 0)::bigint AS gathered, totals.inflows::bigint AS inflows
FROM totals
LEFT JOIN deposited ON deposited.account = totals.account
LEFT JOIN gathered ON gathered.account = totals.account
ORDER BY account
