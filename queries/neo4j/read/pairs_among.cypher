// Pairs with both ends among these accounts, at most `limit` in all, most bits first. The other end goes without its
// label, or a plan may begin by looking at all accounts for it.
// params: account_ids, seq, limit
// returns: account_a, account_b, bits, probability, families, shared, shared_bits
UNWIND $account_ids AS asked
MATCH (a:Account {id: asked})
CALL (a) {
  MATCH (a)-[l:LINKED]->(b)
  WHERE coalesce(l.since, 0) <= $seq AND CASE WHEN coalesce(l.until, $seq + 1) > $seq THEN keys(l) <> [] ELSE false END AND b.id IN $account_ids
  RETURN l, b
}
WITH
  a.id AS account_a, b.id AS account_b, l.bits AS bits, l.probability AS probability, l.families AS families,
  l.shared AS shared, l.shared_bits AS shared_bits
ORDER BY bits DESC, account_a, account_b
LIMIT $limit
WITH collect([account_a, account_b, bits, probability, families, shared, shared_bits]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
