-- How money passes through each account in the longest window. `within_hour`, `within_day`: per mille of the value paid in
-- by card or bank after which some money left within that time, weighed over currencies by the number of deposits;
-- `gathered`: most sources of money, to which none ever goes, within the day before one outflow.
-- `sent_30`, `sent_past`: outflows in the last month and before it; `fresh_sent`: all, each fading with age, in 1/1024;
-- `payees`: to how many.
-- returns: account, deposits, within_hour, within_day, gathered, inflows, fresh_sent, sent_30, sent_past, payees, days
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
), paid AS (
  SELECT DISTINCT account, other FROM moves WHERE NOT inflow AND other IS NOT NULL
), gathered AS (
  SELECT account, max(sources) AS gathered
  FROM (
    SELECT followed.account AS account, followed.outs_to_come AS outs_to_come, count(DISTINCT followed.other) AS sources
    FROM followed
    CROSS JOIN spans
    LEFT JOIN paid ON paid.account = followed.account AND paid.other = followed.other
    WHERE followed.inflow AND followed.until_out <= spans.day AND paid.account IS NULL
    GROUP BY followed.account, followed.outs_to_come
  ) AS rounds
  GROUP BY account
), totals AS (
  SELECT
    account, count(*) FILTER (WHERE inflow) AS inflows,
    coalesce(sum(fading.units) FILTER (WHERE NOT inflow), 0)::bigint AS fresh_sent,
    count(*) FILTER (WHERE NOT inflow AND "at" >= spans.month) AS sent_30,
    count(*) FILTER (WHERE NOT inflow AND "at" < spans.month) AS sent_past,
    count(DISTINCT other) FILTER (WHERE NOT inflow) AS payees, greatest(1, (spans.as_of - min("at")) // 86400000000) AS days
  FROM moves
  CROSS JOIN spans
  LEFT JOIN fading ON fading.days = (spans.as_of - moves."at") // 86400000000
  GROUP BY account, spans.as_of
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
  coalesce(gathered.gathered, 0)::bigint AS gathered, totals.inflows::bigint AS inflows,
  totals.fresh_sent AS fresh_sent, totals.sent_30 AS sent_30, totals.sent_past AS sent_past, totals.payees AS payees,
  totals.days AS days
FROM totals
LEFT JOIN deposited ON deposited.account = totals.account
LEFT JOIN gathered ON gathered.account = totals.account
ORDER BY account
