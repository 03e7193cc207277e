-- The public table of ring members.
-- returns: ring_id, account_id, membership, confidence
SELECT
  members_named.ring_id AS ring_id, roster.account_id AS account_id, members_named.membership AS membership,
  members_named.confidence AS confidence
FROM members_named
JOIN roster ON roster.id = members_named.account
ORDER BY ring_id, account_id
