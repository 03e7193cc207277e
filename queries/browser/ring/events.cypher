// A ring over time: who came and went, by what, and which rings merged into it; newest first
// params: ring_id, limit
// returns: day, event, ring_id, other_ring_id, account_id, kind, identifier, bits
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
CALL (seq) {
  MATCH (e:RingEvent {ring_id: $ring_id})
  WHERE coalesce(e.since, 0) <= seq AND coalesce(e.until, seq + 1) > seq
  RETURN e
UNION
  MATCH (e:RingEvent {other_ring_id: $ring_id})
  WHERE e.event = 'merged' AND coalesce(e.since, 0) <= seq AND coalesce(e.until, seq + 1) > seq
  RETURN e
}
RETURN
  date(datetime({epochSeconds: e.as_of})) AS day, e.event AS event, e.ring_id AS ring_id,
  e.other_ring_id AS other_ring_id, e.account_id AS account_id, e.kind AS kind, e.identifier AS identifier,
  e.bits AS bits
ORDER BY e.as_of DESC, ring_id, event, account_id, other_ring_id, e.key
LIMIT toInteger($limit)
