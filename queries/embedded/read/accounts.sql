-- The accounts with these ids, by id.
-- params: account_ids, cap
-- returns: account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour, one_hop,
-- returns: propagated, ring, label, degree, headline
SELECT
  a.account_id AS account_id, a.risk AS risk, a.probability AS probability, a.flagged AS flagged, a.role AS role,
  a.role_reason AS role_reason,
  a.ring_id AS ring_id, a.membership AS membership, a.behaviour AS behaviour, a.one_hop AS one_hop,
  a.propagated AS propagated, a.ring AS ring, a.label AS label, a.degree AS degree, a.headline AS headline
FROM accounts AS a
WHERE a.account_id IN (SELECT unnest(CAST($account_ids AS VARCHAR[])) AS account_id)
ORDER BY account_id
LIMIT $cap
