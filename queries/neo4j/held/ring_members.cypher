// All ring members that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: ring_id, account_id, membership, confidence
MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring)
RETURN
  r.id AS ring_id, a.id AS account_id, m.membership AS membership, m.confidence AS confidence
