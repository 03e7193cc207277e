// Members of the run's rings. Answers how many rows found both their ends.
// params: rows, seq, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_id})
WHERE a.seen = $seq
MATCH (r:Ring {id: row.ring_id})
WHERE r.seen = $seq
MERGE (a)-[m:MEMBER_OF {membership: row.membership, confidence: row.confidence}]->(r)
ON CREATE SET m.since = $since
SET m.seen = $seq
RETURN count(*) AS rows
