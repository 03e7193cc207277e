-- The identifiers that can be evidence, counted and of two accounts or more, numbered in the order of kind and token; and
-- those that would count had nobody ruled against them (`refuted`): what they carried goes to ground.
-- returns: id, kind, identifier, kind_code, ip_version, degree, refuted
WITH evidence AS (
  SELECT kind, identifier, code, degree, refuted FROM identifiers_seen WHERE (counted OR refuted) AND degree >= 2
), versions AS (
  SELECT seen.ip AS identifier, max(seen.ip_version) AS ip_version
  FROM (
    SELECT ip, ip_version FROM logins
    UNION ALL
    SELECT identifier, ip_version FROM observations WHERE kind = 'ip'
  ) AS seen
  JOIN evidence ON evidence.kind = 'ip' AND evidence.identifier = seen.ip
  GROUP BY seen.ip
)
SELECT
  (row_number() OVER (ORDER BY evidence.kind, evidence.identifier) - 1)::int AS id,
  evidence.kind AS kind, evidence.identifier AS identifier, evidence.code AS kind_code,
  coalesce(versions.ip_version, 0)::tinyint AS ip_version, evidence.degree AS degree,
  evidence.refuted AS refuted
FROM evidence
LEFT JOIN versions ON evidence.kind = 'ip' AND versions.identifier = evidence.identifier
ORDER BY evidence.kind, evidence.identifier
