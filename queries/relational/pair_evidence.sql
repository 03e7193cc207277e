-- Pairs of accounts of different owners, with evidence in 1/1024 bit: the best of each family, summed over the families;
-- `firm` is the same without IP addresses. An identifier is worth its level by degree, less gap and age penalties; a family
-- worth nothing is none.
-- returns: a, b, units, firm, families
WITH shared AS (
  SELECT
    one.account AS a, other.account AS b, kinds.family AS family, kinds.is_ip AS is_ip,
    greatest(0, degree_levels.units + gap_levels.units + age_levels.units) AS units
  FROM evidence_links AS one
  JOIN evidence_links AS other ON other.identifier = one.identifier AND other.account > one.account
  JOIN kinds ON kinds.code = one.kind_code
  CROSS JOIN clock
  JOIN degree_levels ON degree_levels.code = one.kind_code AND degree_levels.degree = one.degree
  JOIN gap_levels ON gap_levels.days = least(clock.gap_top, (greatest(
    0, other.first_seen - one.last_seen - coalesce(kinds.lease, 315360000000),
    one.first_seen - other.last_seen - coalesce(kinds.lease, 315360000000)) + 86399) // 86400)
  JOIN age_levels ON age_levels.code = one.kind_code
    AND age_levels.days = least(clock.age_top, greatest(0, clock.as_of // 1000000 - least(one.last_seen, other.last_seen)) // 86400)
), families AS (
  SELECT a, b, family, max(units) AS units, max(units) FILTER (WHERE NOT is_ip) AS firm
  FROM shared
  WHERE units > 0
  GROUP BY a, b, family
)
SELECT
  families.a AS a, families.b AS b, sum(families.units)::int AS units, coalesce(sum(families.firm), 0)::int AS firm,
  count(*)::smallint AS families
FROM families
JOIN roster AS left_account ON left_account.id = families.a
JOIN roster AS right_account ON right_account.id = families.b
WHERE left_account.owner <> right_account.owner
GROUP BY families.a, families.b
ORDER BY a, b
