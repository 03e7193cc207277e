// First pass over accounts that change, given as they were published: those of its values that change are kept as
// `was_`, and each that may be absent. What an older publish has left there goes.
// Answers which rows are not so in the graph; of those nothing is kept.
// params: rows
// returns: at
UNWIND range(0, size($rows) - 1) AS at
WITH at, $rows[at] AS row
OPTIONAL MATCH (a:Account {id: row.account_id})
WITH at, a, a IS NOT NULL AND [
  coalesce(a.risk, false), coalesce(a.probability, false), coalesce(a.flagged, false), coalesce(a.role, false),
  coalesce(a.role_reason, false), coalesce(a.ring_id, false), coalesce(a.membership, false), coalesce(a.behaviour,
  false), coalesce(a.one_hop, false), coalesce(a.propagated, false), coalesce(a.ring, false), coalesce(a.label,
  false), coalesce(a.degree, false), coalesce(a.headline, false)
] = [
  coalesce(row.risk, false), coalesce(row.probability, false), coalesce(row.flagged, false), coalesce(row.role,
  false), coalesce(row.role_reason, false), coalesce(row.ring_id, false), coalesce(row.membership, false),
  coalesce(row.behaviour, false), coalesce(row.one_hop, false), coalesce(row.propagated, false), coalesce(row.ring,
  false), coalesce(row.label, false), coalesce(row.degree, false), coalesce(row.headline, false)
] AS same, row.kept AS kept
FOREACH (old IN CASE WHEN same THEN [a] ELSE [] END | SET
  old.was_risk = kept.risk, old.was_probability = old.probability, old.was_flagged = kept.flagged,
  old.was_role = kept.role, old.was_role_reason = kept.role_reason, old.was_ring_id = old.ring_id,
  old.was_membership = old.membership, old.was_behaviour = kept.behaviour, old.was_one_hop = kept.one_hop,
  old.was_propagated = kept.propagated, old.was_ring = kept.ring, old.was_label = old.label,
  old.was_degree = kept.degree, old.was_headline = kept.headline
)
WITH at, same
WHERE NOT same
RETURN at AS at
ORDER BY at
