// Gives accounts back the values that readers see, where a publish that was not seen, or was taken back, wrote others.
// params: ids
UNWIND $ids AS id
MATCH (a:Account)
WHERE elementId(a) = id
SET
  a.risk = a.was_risk, a.probability = a.was_probability, a.flagged = a.was_flagged, a.role = a.was_role,
  a.role_reason = a.was_role_reason, a.ring_id = a.was_ring_id, a.membership = a.was_membership, a.behaviour =
  a.was_behaviour, a.one_hop = a.was_one_hop, a.propagated = a.was_propagated, a.ring = a.was_ring, a.label =
  a.was_label, a.degree = a.was_degree, a.headline = a.was_headline
REMOVE a:Flagged:RiskHigh:Perpetrator:Mule:Victim:Counterparty
WITH a, [label IN [
  CASE WHEN a.flagged THEN 'Flagged' END, CASE WHEN a.risk >= 0.8 THEN 'RiskHigh' END,
  CASE WHEN a.role <> 'unknown' THEN toUpper(left(a.role, 1)) + substring(a.role, 1) END
] WHERE label IS NOT NULL] AS labels
SET a:$(labels)
