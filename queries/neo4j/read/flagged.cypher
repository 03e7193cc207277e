// Flagged accounts, highest risk first.
// params: seq, limit
// returns: account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour, one_hop,
// returns: propagated, ring, label, degree, headline
MATCH (a:Account)
WHERE (a.flagged = true OR a.was_flagged = true) AND coalesce(a.since, 0) <= $seq AND CASE WHEN coalesce(a.until, $seq + 1) > $seq THEN keys(a) <> [] ELSE false END
  AND coalesce(CASE WHEN $seq < a.changed THEN a.was_flagged END, a.flagged)
WITH
  a.id AS account_id,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_risk END, a.risk) AS risk,
  CASE WHEN $seq < a.changed THEN a.was_probability ELSE a.probability END AS probability,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_flagged END, a.flagged) AS flagged,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_role END, a.role) AS role,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_role_reason END, a.role_reason) AS role_reason,
  CASE WHEN $seq < a.changed THEN a.was_ring_id ELSE a.ring_id END AS ring_id,
  CASE WHEN $seq < a.changed THEN a.was_membership ELSE a.membership END AS membership,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_behaviour END, a.behaviour) AS behaviour,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_one_hop END, a.one_hop) AS one_hop,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_propagated END, a.propagated) AS propagated,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_ring END, a.ring) AS ring,
  CASE WHEN $seq < a.changed THEN a.was_label ELSE a.label END AS label,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_degree END, a.degree) AS degree,
  coalesce(CASE WHEN $seq < a.changed THEN a.was_headline END, a.headline) AS headline
ORDER BY risk DESC, account_id
LIMIT $limit
WITH collect([account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour,
  one_hop, propagated, ring, label, degree, headline]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
