-- Links that carry evidence: inside the kind's window, to a counted identifier of at least two accounts, as numbers.
-- returns: account, identifier, kind_code, ip_version, degree, first_seen, last_seen
SELECT
  roster.id AS account, identifiers_named.id AS identifier, identifiers_named.kind_code AS kind_code,
  identifiers_named.ip_version AS ip_version, identifiers_named.degree AS degree,
  used_named.first_seen AS first_seen, used_named.last_seen AS last_seen
FROM used_named
JOIN identifiers_named
  ON identifiers_named.kind = used_named.kind AND identifiers_named.identifier = used_named.identifier
JOIN kinds ON kinds.kind = used_named.kind
JOIN roster ON roster.account_id = used_named.account_id
CROSS JOIN clock
WHERE identifiers_named.counted AND identifiers_named.degree >= 2
  AND used_named.last_seen >= clock.as_of // 1000000 - kinds.max_age
ORDER BY account, identifier
