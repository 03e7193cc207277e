-- How many time buckets hold how many accounts.
-- returns: accounts, buckets
SELECT accounts AS accounts, count(DISTINCT (place, bucket)) AS buckets
FROM login_crowds
GROUP BY accounts
ORDER BY accounts
