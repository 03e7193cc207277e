// Events that the run's ledger of rings no longer has. Answers how many are there.
// params: rows, seq
// returns: rows
UNWIND $rows AS row
MATCH (e:RingEvent {
  key: row.ring_id + '|' + row.run_id + '|' + row.as_of + '|' + row.event + '|' + coalesce(row.other_ring_id, '') + '|'
    + coalesce(row.account_id, '') + '|' + coalesce(row.kind, '') + '|' + coalesce(row.identifier, '') + '|'
    + coalesce(toString(row.bits), '')
})
SET e.until = $seq
RETURN count(*) AS rows
