-- How many identifiers of each kind and class are in use, and how many accounts used one of them.
-- returns: kind, class, identifiers, accounts
SELECT
  identifiers_seen.kind AS kind, identifiers_seen.class AS class, count(DISTINCT identifiers_seen.identifier) AS identifiers,
  count(DISTINCT used.account_id) AS accounts
FROM identifiers_seen
JOIN used ON used.kind = identifiers_seen.kind AND used.identifier = identifiers_seen.identifier
WHERE identifiers_seen.class IS NOT NULL
GROUP BY identifiers_seen.kind, identifiers_seen.class
ORDER BY kind, class
