-- For pairs that met often: on each address that both used, the buckets in which either was active, and how all activity on it is
-- spread over its buckets, and over the hours of the week (crowds above the cap left out): what meeting by chance would come to.
-- `span`: seconds for which it was in use.
-- returns: a, b, place, active_a, active_b, activity, squares, weekly_squares, accounts, span
WITH candidates AS (
  SELECT a AS account FROM met_often
  UNION
  SELECT b FROM met_often
), places AS (
  SELECT login_moments.place AS place
  FROM login_moments
  JOIN candidates ON candidates.account = login_moments.account
  WHERE login_moments.is_ip
  GROUP BY login_moments.place
  HAVING count(DISTINCT login_moments.account) > 1
), spread AS (
  SELECT DISTINCT
    login_moments.place AS place, login_moments.account AS account,
    2 * ((login_moments.second + half * (part.seconds // 2)) // part.seconds) + half AS bucket
  FROM login_moments
  JOIN places ON places.place = login_moments.place
  CROSS JOIN part
  CROSS JOIN (VALUES (0), (1)) AS halves (half)
), counted AS (
  SELECT place, account, count(*) OVER (PARTITION BY place, bucket) AS accounts, bucket FROM spread
), kept AS (
  SELECT
    counted.place AS place, counted.account AS account, counted.accounts AS accounts, counted.bucket AS bucket,
    counted.bucket // 2 * part.seconds // part.cell % (604800 // part.cell) AS hour
  FROM counted, part
  WHERE counted.accounts <= part.cap
), whole AS (
  SELECT
    place, count(*) AS activity, sum(accounts) AS squares, count(DISTINCT account) AS accounts,
    max(bucket) // 2 - min(bucket) // 2 AS buckets
  FROM kept
  GROUP BY place
), hours AS (
  SELECT place, hour, count(*) AS acts FROM kept GROUP BY place, hour
), habits AS (
  SELECT place, sum(acts * acts) AS squares FROM hours GROUP BY place
), active AS (
  SELECT kept.place AS place, kept.account AS account, count(*) AS buckets
  FROM kept
  JOIN candidates ON candidates.account = kept.account
  GROUP BY kept.place, kept.account
)
SELECT
  met_often.a AS a, met_often.b AS b, one.place AS place,
  one.buckets::int AS active_a, other.buckets::int AS active_b,
  whole.activity::bigint AS activity, whole.squares::bigint AS squares, habits.squares::bigint AS weekly_squares,
  whole.accounts::int AS accounts, (whole.buckets * part.seconds)::bigint AS span
FROM met_often
CROSS JOIN part
JOIN active AS one ON one.account = met_often.a
JOIN active AS other ON other.account = met_often.b AND other.place = one.place
JOIN whole ON whole.place = one.place
JOIN habits ON habits.place = one.place
ORDER BY a, b, place
