-- Identifiers that core members of a ring share and that could link two of them alone, one row per ring, identifier and core
-- member. Addresses and prints hold nobody together once the others are gone.
-- returns: number, identifier, account
SELECT ring_groups.number AS number, evidence_links.identifier AS identifier, ring_groups.account AS account
FROM ring_groups
JOIN evidence_links ON evidence_links.account = ring_groups.account
JOIN kinds ON kinds.code = evidence_links.kind_code
WHERE ring_groups.membership = 'core' AND kinds.links_alone
  AND NOT EXISTS (
    SELECT 1 FROM refuted_links
    WHERE refuted_links.account = evidence_links.account AND refuted_links.identifier = evidence_links.identifier
  )
QUALIFY count(*) OVER (PARTITION BY ring_groups.number, evidence_links.identifier) > 1
ORDER BY number, identifier, account
