-- When the addresses of crowds are used: logins by hour (UTC) and by working day (Monday to Friday), and on how many days.
-- returns: crowd, hour, logins, on_working_days, days
WITH listed AS (
  SELECT crowds.crowd AS crowd, crowds.identifier AS ip FROM crowds WHERE crowds.kind = 'ip'
    AND crowds.accounts <= (SELECT crowd_most FROM rule_bounds)
), moments AS (
  SELECT listed.crowd AS crowd, logins."at" // 3600000000 AS hours
  FROM logins
  JOIN listed ON listed.ip = logins.ip
), days AS (
  SELECT crowd AS crowd, count(DISTINCT hours // 24) AS days FROM moments GROUP BY crowd
)
SELECT
  moments.crowd AS crowd, (moments.hours % 24)::int AS hour, count(*) AS logins,
  count(*) FILTER (WHERE (moments.hours // 24 + 3) % 7 < 5) AS on_working_days, any_value(days.days) AS days
FROM moments
JOIN days ON days.crowd = moments.crowd
GROUP BY moments.crowd, moments.hours % 24
ORDER BY crowd, hour
