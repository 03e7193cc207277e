// What happened to each ring. An event never changes: its key is all that is said of it.
// params: rows, since
UNWIND $rows AS row
MERGE (e:RingEvent {
  key: row.ring_id + '|' + row.run_id + '|' + row.as_of + '|' + row.event + '|' + coalesce(row.other_ring_id, '') + '|'
    + coalesce(row.account_id, '') + '|' + coalesce(row.kind, '') + '|' + coalesce(row.identifier, '') + '|'
    + coalesce(toString(row.bits), '')
})
ON CREATE SET
  e.ring_id = row.ring_id, e.run_id = row.run_id, e.as_of = row.as_of, e.event = row.event,
  e.other_ring_id = row.other_ring_id, e.account_id = row.account_id, e.kind = row.kind,
  e.identifier = row.identifier, e.bits = row.bits, e.since = $since
