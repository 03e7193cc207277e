-- Members of tonight's rings, as numbers, with the ring's lasting id.
-- returns: account, ring_id, membership, confidence
SELECT
  ring_groups.account AS account, ring_names.ring_id AS ring_id, ring_groups.membership AS membership,
  ring_groups.confidence AS confidence
FROM ring_groups
JOIN ring_names ON ring_names.number = ring_groups.number
ORDER BY account
