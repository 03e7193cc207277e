// Accounts of the run with their values. Labels are for people and their Browser: they are not kept for the run before.
// params: rows, since
UNWIND $rows AS row
MERGE (a:Account {id: row.account_id})
ON CREATE SET a.since = $since
SET
  a.risk = row.risk, a.probability = row.probability, a.flagged = row.flagged, a.role = row.role,
  a.role_reason = row.role_reason,
  a.ring_id = row.ring_id, a.membership = row.membership, a.behaviour = row.behaviour, a.one_hop = row.one_hop,
  a.propagated = row.propagated, a.ring = row.ring, a.label = row.label, a.degree = row.degree,
  a.headline = row.headline
REMOVE a:Flagged:RiskHigh:Perpetrator:Mule:Victim:Counterparty
WITH a, [label IN [
  CASE WHEN row.flagged THEN 'Flagged' END, CASE WHEN row.risk >= 0.8 THEN 'RiskHigh' END,
  CASE WHEN row.role <> 'unknown' THEN toUpper(left(row.role, 1)) + substring(row.role, 1) END
] WHERE label IS NOT NULL] AS labels
SET a:$(labels)
