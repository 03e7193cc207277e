-- Members of these rings, surest first.
-- params: ring_ids, cap
-- returns: ring_id, account_id, membership, confidence
SELECT
  r.ring_id AS ring_id, a.account_id AS account_id, m.membership AS membership, m.confidence AS confidence
FROM ring_members AS m
JOIN rings AS r ON r.ring_no = m.ring_no
JOIN accounts AS a ON a.account_no = m.account_no
WHERE r.ring_id IN (SELECT unnest(CAST($ring_ids AS VARCHAR[])) AS ring_id)
ORDER BY m.ring_no, m.place
LIMIT $cap
