-- Pairs of accounts of which one logged in on an address or device right after the other, within the time allowed and on enough
-- UTC days, always in that order.
-- returns: a, b, days
WITH turns AS (
  SELECT
    account, second, lead(account) OVER turn AS next_account, lead(second) OVER turn AS next_second
  FROM login_moments
  WINDOW turn AS (PARTITION BY place ORDER BY second, account)
), followed AS (
  SELECT
    least(account, next_account) AS a, greatest(account, next_account) AS b, account < next_account AS forth,
    (clock.as_of // 1000000 - second) // 86400 AS ago
  FROM turns
  CROSS JOIN clock
  CROSS JOIN part
  WHERE next_account <> account AND next_second > second AND next_second - second <= part.seconds
), days AS (
  SELECT
    a, b, forth,
    coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago < 122)), 0)
    + coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago >= 122 AND ago < 244)), 0)
    + coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago >= 244)), 0) AS days
  FROM followed
  GROUP BY a, b, forth
)
SELECT a AS a, b AS b, max(days.days)::int AS days
FROM days
CROSS JOIN part
GROUP BY a, b
HAVING max(days.days) >= any_value(part.min_days)
ORDER BY a, b
