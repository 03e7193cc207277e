// Flagged accounts, highest risk first.
// params: seq, limit
// returns: account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour, one_hop,
// returns: propagated, ring, label, degree, headline
MATCH (a:Account)
WHERE (a.flagged = true OR a.was_flagged = true) AND coalesce(a.since, 0) <= $seq AND CASE WHEN coalesce(a.until, $seq + 1) > $seq THEN keys(a) <> [] ELSE false END
  AND CASE WHEN $seq < a.changed THEN a.was_flagged ELSE a.flagged END
RETURN
  a.id AS account_id,
  CASE WHEN $seq < a.changed THEN a.was_risk ELSE a.risk END AS risk,
  CASE WHEN $seq < a.changed THEN a.was_probability ELSE a.probability END AS probability,
  CASE WHEN $seq < a.changed THEN a.was_flagged ELSE a.flagged END AS flagged,
  CASE WHEN $seq < a.changed THEN a.was_role ELSE a.role END AS role,
  CASE WHEN $seq < a.changed THEN a.was_role_reason ELSE a.role_reason END AS role_reason,
  CASE WHEN $seq < a.changed THEN a.was_ring_id ELSE a.ring_id END AS ring_id,
  CASE WHEN $seq < a.changed THEN a.was_membership ELSE a.membership END AS membership,
  CASE WHEN $seq < a.changed THEN a.was_behaviour ELSE a.behaviour END AS behaviour,
  CASE WHEN $seq < a.changed THEN a.was_one_hop ELSE a.one_hop END AS one_hop,
  CASE WHEN $seq < a.changed THEN a.was_propagated ELSE a.propagated END AS propagated,
  CASE WHEN $seq < a.changed THEN a.was_ring ELSE a.ring END AS ring,
  CASE WHEN $seq < a.changed THEN a.was_label ELSE a.label END AS label,
  CASE WHEN $seq < a.changed THEN a.was_degree ELSE a.degree END AS degree,
  CASE WHEN $seq < a.changed THEN a.was_headline ELSE a.headline END AS headline
ORDER BY risk DESC, account_id
LIMIT $limit
