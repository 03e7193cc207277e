-- What every two accounts share: identifiers that are evidence, with their degree, the days between the two uses beyond the lease, and
-- the days since the older of the two last uses, both at most the last level; what people ruled to be no evidence between the two is left out. A view: whoever reads it says which pairs.
-- returns: a, b, identifier, code, degree, gap, age
SELECT
  one.account AS a, other.account AS b, one.identifier AS identifier, one.kind_code AS code, one.degree AS degree,
  least(clock.gap_top, (greatest(
    0, other.first_seen - one.last_seen - coalesce(kinds.lease, 315360000000),
    one.first_seen - other.last_seen - coalesce(kinds.lease, 315360000000)) + 86399) // 86400) AS gap,
  least(clock.age_top, greatest(0, clock.as_of // 1000000 - least(one.last_seen, other.last_seen)) // 86400) AS age
FROM evidence_links AS one
JOIN evidence_links AS other ON other.identifier = one.identifier AND other.account > one.account
JOIN kinds ON kinds.code = one.kind_code
CROSS JOIN clock
WHERE NOT EXISTS (
  SELECT 1 FROM apart WHERE apart.a = one.account AND apart.b = other.account AND apart.identifier = one.identifier
)
