-- Pairs of accounts that logged in from one address in the same time bucket, on enough UTC days; a meeting is dated by the
-- later of the two logins.
-- returns: a, b, days
SELECT
  one.account AS a, other.account AS b,
  bit_count(bit_or(1::hugeint << ((clock.as_of // 1000000 - greatest(one.second, other.second)) // 86400)::int))::int AS days
FROM login_crowds AS one
CROSS JOIN part
CROSS JOIN clock
JOIN login_crowds AS other
  ON other.place = one.place AND other.bucket = one.bucket AND other.account > one.account
WHERE one.accounts <= part.cap AND other.accounts <= part.cap
GROUP BY one.account, other.account
HAVING days >= any_value(part.min_days)
ORDER BY a, b
