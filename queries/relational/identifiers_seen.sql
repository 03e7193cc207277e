-- Every identifier. Degree counts the accounts whose link is still in the kind's window; an identifier of more accounts than
-- the kind's cap is a hub: shown, not counted.
-- returns: kind, identifier, code, degree, first_seen, last_seen, counted, why
WITH seen AS (
  SELECT
    kinds.code AS code, used.identifier::uuid AS token,
    count(*) FILTER (WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age) AS degree,
    min(used.first_seen) AS first_seen, max(used.last_seen) AS last_seen
  FROM used
  JOIN kinds ON kinds.kind = used.kind
  CROSS JOIN clock
  GROUP BY kinds.code, used.identifier::uuid
)
SELECT
  kinds.kind AS kind, replace(seen.token::varchar, '-', '') AS identifier, kinds.code AS code, seen.degree::int AS degree,
  seen.first_seen AS first_seen, seen.last_seen AS last_seen, seen.degree <= kinds.cap AS counted,
  CASE WHEN seen.degree > kinds.cap THEN 'used by more than ' || kinds.cap || ' accounts' END AS why
FROM seen
JOIN kinds ON kinds.code = seen.code
ORDER BY kinds.kind, seen.token
