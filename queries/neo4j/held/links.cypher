// All links that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: account_a, account_b, bits, probability, families, shared, shared_bits
MATCH (a:Account)-[l:LINKED]->(b:Account)
RETURN
  a.id AS account_a, b.id AS account_b, l.bits AS bits, l.probability AS probability, l.families AS families, l.shared
  AS shared, l.shared_bits AS shared_bits
