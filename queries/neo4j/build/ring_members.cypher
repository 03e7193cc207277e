// Members of the run's rings. Answers how many rows found both their ends.
// params: rows, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
WHERE a.until IS NULL
MATCH (r:Ring {id: row.ring_id})
WHERE r.until IS NULL
MERGE (a)-[m:MEMBER_OF {membership: row.membership, confidence: row.confidence}]->(r)
ON CREATE SET m.since = $since
RETURN count(*) AS rows
