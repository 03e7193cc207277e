-- For links to leased identifiers: seconds beyond the lease between this account's use and the nearest other account's.
-- returns: account, identifier, gap
SELECT
  mine.account AS account, mine.identifier AS identifier,
  min(greatest(0, theirs.first_seen - mine.last_seen - kinds.lease, mine.first_seen - theirs.last_seen - kinds.lease)) AS gap
FROM evidence_links AS mine
JOIN kinds ON kinds.code = mine.kind_code AND kinds.lease IS NOT NULL
JOIN evidence_links AS theirs ON theirs.identifier = mine.identifier AND theirs.account <> mine.account
GROUP BY mine.account, mine.identifier
ORDER BY account, identifier
