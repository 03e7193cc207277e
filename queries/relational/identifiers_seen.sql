-- Every identifier. Degree counts the accounts whose link is still in the kind's window; an identifier of more accounts than
-- the kind's cap, or of the class of a hub, or ruled to be no evidence, is shown, not counted. `refuted`: only because of a ruling.
-- returns: kind, identifier, code, degree, first_seen, last_seen, class, counted, refuted, why
WITH seen AS (
  SELECT
    kinds.code AS code, used.identifier::uuid AS token,
    count(*) FILTER (WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age) AS degree,
    min(used.first_seen) AS first_seen, max(used.last_seen) AS last_seen
  FROM used
  JOIN kinds ON kinds.kind = used.kind
  CROSS JOIN clock
  GROUP BY kinds.code, used.identifier::uuid
), classed AS (
  SELECT kinds.code AS code, identifier_classes.identifier::uuid AS token, identifier_classes.class AS class,
    identifier_classes.hub AS hub, identifier_classes.refuted AS refuted, identifier_classes.why AS why
  FROM identifier_classes
  JOIN kinds ON kinds.kind = identifier_classes.kind
)
SELECT
  kinds.kind AS kind, replace(seen.token::varchar, '-', '') AS identifier, kinds.code AS code, seen.degree::int AS degree,
  seen.first_seen AS first_seen, seen.last_seen AS last_seen, classed.class AS class,
  seen.degree <= kinds.cap AND NOT coalesce(classed.hub, FALSE) AS counted,
  seen.degree <= kinds.cap AND coalesce(classed.refuted, FALSE) AS refuted,
  nullif(concat_ws('; ', CASE WHEN seen.degree > kinds.cap THEN 'used by more than ' || kinds.cap || ' accounts' END, classed.why), '')
    AS why
FROM seen
JOIN kinds ON kinds.code = seen.code
LEFT JOIN classed ON classed.code = seen.code AND classed.token = seen.token
ORDER BY kinds.kind, seen.token
