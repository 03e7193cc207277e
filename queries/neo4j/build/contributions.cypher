// Contributions of the run, each from its account to what it is about: the identifier, else the other account, else the
// account itself. An absent text is stored as an empty one, because MERGE takes no null. Answers how many rows found
// their account.
// params: rows, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
WHERE a.until IS NULL
OPTIONAL MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
WHERE i.until IS NULL
OPTIONAL MATCH (o:Account {id: row.other_account_id})
WHERE o.until IS NULL
WITH row, a, coalesce(i, o, a) AS about
MERGE (a)-[b:BECAUSE {
  block: row.block, kind: coalesce(row.kind, ''), identifier: coalesce(row.identifier, ''),
  other_account_id: coalesce(row.other_account_id, ''), log_odds: row.log_odds, reason: row.reason
}]->(about)
ON CREATE SET b.since = $since
RETURN count(*) AS rows
