// Pairs with an end among these accounts: for each account at most `limit`, most bits first; each pair once.
// params: account_ids, seq, limit, cap
// returns: account_a, account_b, bits, probability, families, shared, shared_bits
UNWIND $account_ids AS asked
MATCH (x:Account {id: asked})
CALL (x) {
  MATCH (x)-[l:LINKED]-(:Account)
  WHERE coalesce(l.since, 0) <= $seq AND CASE WHEN coalesce(l.until, $seq + 1) > $seq THEN keys(l) <> [] ELSE false END
  WITH l, startNode(l).id AS account_a, endNode(l).id AS account_b
  ORDER BY l.bits DESC, account_a, account_b
  LIMIT $limit
  RETURN l, account_a, account_b
}
WITH DISTINCT l, account_a, account_b
WITH
  account_a AS account_a, account_b AS account_b, l.bits AS bits, l.probability AS probability, l.families AS families,
  l.shared AS shared, l.shared_bits AS shared_bits
ORDER BY bits DESC, account_a, account_b
LIMIT $cap
WITH collect([account_a, account_b, bits, probability, families, shared, shared_bits]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
