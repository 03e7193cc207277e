// All accounts that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour, one_hop, propagated, ring, label, degree, headline
MATCH (a:Account)
RETURN
  a.id AS account_id, a.risk AS risk, a.probability AS probability, a.flagged AS flagged, a.role AS role,
  a.role_reason AS role_reason, a.ring_id AS ring_id, a.membership AS membership, a.behaviour AS behaviour, a.one_hop
  AS one_hop, a.propagated AS propagated, a.ring AS ring, a.label AS label, a.degree AS degree, a.headline AS headline
