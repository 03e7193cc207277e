-- How many logins lie exactly on the border of a UTC day, an hour, a minute.
-- returns: moments, on_day, on_hour, on_minute
SELECT
  count(*) AS moments, count(*) FILTER (WHERE second % 86400 = 0) AS on_day, count(*) FILTER (WHERE second % 3600 = 0) AS on_hour,
  count(*) FILTER (WHERE second % 60 = 0) AS on_minute
FROM login_moments
ORDER BY moments
