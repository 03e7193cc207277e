// Pairs of the run with their evidence. Answers how many rows found both their ends.
// params: rows, seq, since
// returns: rows
UNWIND $rows AS row
MATCH (a:Account {id: row.account_a})
WHERE a.seen = $seq
MATCH (b:Account {id: row.account_b})
WHERE b.seen = $seq
MERGE (a)-[l:LINKED {
  bits: row.bits, probability: row.probability, families: row.families, shared: row.shared,
  shared_bits: row.shared_bits
}]->(b)
ON CREATE SET l.since = $since
SET l.seen = $seq
RETURN count(*) AS rows
