-- Evidence links with the age of their last use and the gap to the nearest other user beyond the lease, in seconds.
-- returns: account, identifier, kind_code, ip_version, degree, age, gap
SELECT
  evidence_links.account AS account, evidence_links.identifier AS identifier, evidence_links.kind_code AS kind_code,
  evidence_links.ip_version AS ip_version, evidence_links.degree AS degree,
  greatest(0, clock.as_of // 1000000 - evidence_links.last_seen) AS age, coalesce(lease_gaps.gap, 0) AS gap
FROM evidence_links
LEFT JOIN lease_gaps
  ON lease_gaps.account = evidence_links.account AND lease_gaps.identifier = evidence_links.identifier
CROSS JOIN clock
ORDER BY evidence_links.account, evidence_links.identifier
