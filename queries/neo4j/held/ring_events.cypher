// All ring events that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: ring_id, run_id, as_of, event, other_ring_id, account_id, kind, identifier, bits
MATCH (e:RingEvent)
RETURN
  e.ring_id AS ring_id, e.run_id AS run_id, e.as_of AS as_of, e.event AS event, e.other_ring_id AS other_ring_id,
  e.account_id AS account_id, e.kind AS kind, e.identifier AS identifier, e.bits AS bits
