-- Identifiers with enough accounts in their window to be judged as a crowd, numbered. `once`: accounts seen on one day only.
-- Burst, by the day: `today` new accounts of `total` in `span` days (the last is the day of the clock).
-- returns: crowd, kind, identifier, accounts, once, today, total, span
WITH seen AS (
  SELECT
    used.kind AS kind, used.identifier::uuid AS token,
    count(*) FILTER (WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age) AS accounts,
    count(*) FILTER (WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age AND used.days = 1) AS once,
    count(*) FILTER (WHERE used.first_seen // 86400 = clock.as_of // 86400000000) AS today, count(*) AS total,
    any_value(clock.as_of) // 86400000000 - min(used.first_seen) // 86400 + 1 AS span
  FROM used
  JOIN kinds ON kinds.kind = used.kind
  CROSS JOIN clock
  GROUP BY used.kind, used.identifier::uuid
  HAVING accounts >= (SELECT crowd_least FROM rule_bounds)
)
SELECT
  (row_number() OVER (ORDER BY kind, token) - 1)::int AS crowd, kind AS kind, replace(token::varchar, '-', '') AS identifier,
  accounts AS accounts, once AS once, today AS today, total AS total, span AS span
FROM seen
ORDER BY crowd
