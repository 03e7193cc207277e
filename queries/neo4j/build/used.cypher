// Links of the run: one relationship per account and identifier. A relationship never changes: one with other values is
// another one, and the old one is simply not held by the new run. Answers how many rows found both their ends.
// params: rows, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
WHERE a.until IS NULL
MATCH (i:Identifier {key: row.kind + ':' + row.identifier})
WHERE i.until IS NULL
MERGE (a)-[u:USED {
  first_seen: row.first_seen, last_seen: row.last_seen, n: row.n, sessions: row.sessions, days: row.days
}]->(i)
ON CREATE SET u.since = $since
RETURN count(*) AS rows
