-- Identifiers that core members of a ring share, one row per ring, identifier and core member.
-- returns: number, identifier, account
SELECT ring_groups.number AS number, evidence_links.identifier AS identifier, ring_groups.account AS account
FROM ring_groups
JOIN evidence_links ON evidence_links.account = ring_groups.account
WHERE ring_groups.membership = 'core'
QUALIFY count(*) OVER (PARTITION BY ring_groups.number, evidence_links.identifier) > 1
ORDER BY number, identifier, account
