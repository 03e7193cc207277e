-- Pairs of accounts of which one logged in on an address or device right after the other, within the time allowed and on enough
-- UTC days, always in that order.
-- returns: a, b, days
WITH turns AS (
  SELECT
    account, second, lead(account) OVER turn AS next_account, lead(second) OVER turn AS next_second
  FROM login_moments
  WINDOW turn AS (PARTITION BY place ORDER BY second, account)
)
SELECT
  least(turns.account, turns.next_account) AS a, greatest(turns.account, turns.next_account) AS b,
  greatest(
    bit_count(bit_or(1::hugeint << ((clock.as_of // 1000000 - second) // 86400)::int) FILTER (WHERE account < next_account)),
    bit_count(bit_or(1::hugeint << ((clock.as_of // 1000000 - second) // 86400)::int) FILTER (WHERE account > next_account))
  )::int AS days
FROM turns
CROSS JOIN clock
CROSS JOIN part
WHERE turns.next_account <> turns.account AND turns.next_second > turns.second AND turns.next_second - turns.second <= part.seconds
GROUP BY a, b
HAVING days >= any_value(part.min_days)
ORDER BY a, b
