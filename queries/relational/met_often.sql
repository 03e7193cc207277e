-- Pairs of accounts that logged in from one address in the same time bucket, on enough UTC days; a meeting is dated by the
-- later of the two logins. Days are the bits of three masks of 122: counting distinct ones takes several times as long.
-- returns: a, b, days
WITH meetings AS (
  SELECT
    one.account AS a, other.account AS b, (clock.as_of // 1000000 - greatest(one.second, other.second)) // 86400 AS ago
  FROM login_crowds AS one
  CROSS JOIN part
  CROSS JOIN clock
  JOIN login_crowds AS other
    ON other.place = one.place AND other.bucket = one.bucket AND other.account > one.account
  WHERE one.accounts <= part.cap AND other.accounts <= part.cap
)
SELECT
  a AS a, b AS b,
  (
    coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago < 122)), 0)
    + coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago >= 122 AND ago < 244)), 0)
    + coalesce(bit_count(bit_or(1::hugeint << (ago % 122)::int) FILTER (WHERE ago >= 244)), 0)
  )::int AS days
FROM meetings
CROSS JOIN part
GROUP BY a, b
HAVING days >= any_value(part.min_days)
ORDER BY a, b
