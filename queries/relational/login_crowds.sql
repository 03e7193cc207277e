-- Logins from one address in one time bucket, where there were several accounts: the first login of each account. Buckets half
-- overlap, so that nobody is parted by a border. Of a crowd above the cap one row stands for all.
-- returns: place, bucket, account, second, accounts
WITH bucketed AS (
  SELECT
    place, account, second, 2 * ((second + half * (part.seconds // 2)) // part.seconds) + half AS bucket
  FROM login_moments
  CROSS JOIN part
  CROSS JOIN (VALUES (0), (1)) AS halves (half)
  WHERE is_ip
), spread AS (
  SELECT place, bucket, account, min(second) AS second
  FROM bucketed
  GROUP BY place, bucket, account
), sizes AS (
  SELECT place, bucket, count(*) AS accounts, min(account) AS first_account
  FROM spread
  GROUP BY place, bucket
  HAVING count(*) > 1
)
SELECT
  spread.place AS place, spread.bucket AS bucket, spread.account AS account, spread.second AS second,
  sizes.accounts::int AS accounts
FROM spread
JOIN sizes ON sizes.place = spread.place AND sizes.bucket = spread.bucket
CROSS JOIN part
WHERE sizes.accounts <= part.cap OR spread.account = sizes.first_account
ORDER BY place, bucket, account
