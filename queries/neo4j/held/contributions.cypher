// All contributions that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: account_id, block, kind, identifier, other_account_id, log_odds, reason
MATCH (a:Account)-[b:BECAUSE]->()
RETURN
  a.id AS account_id, b.block AS block, nullIf(b.kind, '') AS kind, nullIf(b.identifier, '') AS identifier,
  nullIf(b.other_account_id, '') AS other_account_id, b.log_odds AS log_odds, b.reason AS reason
