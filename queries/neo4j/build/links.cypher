// Pairs of the run with their evidence. Answers how many rows found both their ends.
// params: rows, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_a})
WHERE a.until IS NULL
MATCH (b:Account {id: row.account_b})
WHERE b.until IS NULL
MERGE (a)-[l:LINKED {
  bits: row.bits, probability: row.probability, families: row.families, shared: row.shared,
  shared_bits: row.shared_bits
}]->(b)
ON CREATE SET l.since = $since
RETURN count(*) AS rows
