-- Links that carry evidence: inside the kind's window, to a counted identifier of at least two accounts, as numbers.
-- returns: account, identifier, kind_code, ip_version, degree, first_seen, last_seen, n
SELECT
  roster.id AS account, identifiers_named.id AS identifier, identifiers_named.kind_code AS kind_code,
  identifiers_named.ip_version AS ip_version, identifiers_named.degree AS degree,
  used.first_seen AS first_seen, used.last_seen AS last_seen, used.n AS n
FROM used
JOIN identifiers_named
  ON identifiers_named.kind = used.kind AND identifiers_named.identifier = used.identifier
JOIN kinds ON kinds.kind = used.kind
JOIN roster ON roster.account_id = used.account_id
CROSS JOIN clock
WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age
ORDER BY account, identifier
