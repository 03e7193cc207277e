// Gives accounts back the values that readers see, where a publish that was not seen, or was taken back, wrote others.
// params: ids
UNWIND $ids AS id
MATCH (a:Account)
WHERE elementId(a) = id
SET
  a.risk = coalesce(a.was_risk, a.risk), a.probability = a.was_probability,
  a.flagged = coalesce(a.was_flagged, a.flagged), a.role = coalesce(a.was_role, a.role),
  a.role_reason = coalesce(a.was_role_reason, a.role_reason), a.ring_id = a.was_ring_id,
  a.membership = a.was_membership, a.behaviour = coalesce(a.was_behaviour, a.behaviour),
  a.one_hop = coalesce(a.was_one_hop, a.one_hop), a.propagated = coalesce(a.was_propagated, a.propagated),
  a.ring = coalesce(a.was_ring, a.ring), a.label = a.was_label, a.degree = coalesce(a.was_degree, a.degree),
  a.headline = coalesce(a.was_headline, a.headline)
REMOVE a:Flagged:RiskHigh:Perpetrator:Mule:Victim:Counterparty
WITH a, [label IN [
  CASE WHEN a.flagged THEN 'Flagged' END, CASE WHEN a.risk >= 0.8 THEN 'RiskHigh' END,
  CASE WHEN a.role <> 'unknown' THEN toUpper(left(a.role, 1)) + substring(a.role, 1) END
] WHERE label IS NOT NULL] AS labels
SET a:$(labels)
