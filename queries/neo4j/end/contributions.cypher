// Contributions that the run no longer has, or has with other values. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
MATCH (a)-[b:BECAUSE {
  block: row.block, kind: coalesce(row.kind, ''), identifier: coalesce(row.identifier, ''),
  other_account_id: coalesce(row.other_account_id, ''), log_odds: row.log_odds, reason: row.reason
}]->()
WHERE coalesce(b.since, 0) < $seq AND coalesce(b.until, $seq) = $seq
SET b.until = $seq
RETURN count(*) AS rows
