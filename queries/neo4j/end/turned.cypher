// Contributions that stay while what they are about ends: they point at their own account from run $seq on.
// params: seq
CALL () {
  MATCH (x:Identifier)
  WHERE x.until = $seq
  RETURN x
UNION ALL
  MATCH (x:Account)
  WHERE x.until = $seq
  RETURN x
}
MATCH (a:Account)-[b:BECAUSE]->(x)
WHERE b.until IS NULL AND a <> x
SET b.until = $seq
CREATE (a)-[:BECAUSE {
  block: b.block, kind: b.kind, identifier: b.identifier, other_account_id: b.other_account_id, log_odds: b.log_odds,
  reason: b.reason, since: $seq
}]->(a)
