-- Every identifier, numbered in the order of kind and token. Degree counts the accounts whose link is still in the kind's
-- window; an identifier of more accounts than the kind's cap is a hub: shown, not counted.
-- returns: id, kind, identifier, kind_code, ip_version, degree, ever, first_seen, last_seen, counted, why
WITH seen AS (
  SELECT
    used_named.kind AS kind, used_named.identifier AS identifier, max(kinds.code) AS kind_code,
    max(used_named.ip_version) AS ip_version,
    count(*) FILTER (WHERE used_named.last_seen >= clock.as_of // 1000000 - kinds.max_age) AS degree,
    count(*) AS ever, min(used_named.first_seen) AS first_seen, max(used_named.last_seen) AS last_seen,
    max(kinds.cap) AS cap
  FROM used_named
  JOIN kinds ON kinds.kind = used_named.kind
  CROSS JOIN clock
  GROUP BY used_named.kind, used_named.identifier
)
SELECT
  (row_number() OVER (ORDER BY kind, identifier) - 1)::int AS id,
  kind AS kind, identifier AS identifier, kind_code AS kind_code, coalesce(ip_version, 0)::tinyint AS ip_version,
  degree::int AS degree, ever::int AS ever, first_seen AS first_seen, last_seen AS last_seen,
  degree <= cap AS counted,
  CASE WHEN degree > cap THEN 'used by more than ' || cap || ' accounts' END AS why
FROM seen
ORDER BY kind, identifier
