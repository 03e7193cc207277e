// What happened to these rings over all nights, and which rings merged into them.
// params: ring_ids, seq, cap
// returns: ring_id, run_id, as_of, event, other_ring_id, account_id, kind, identifier, bits
CALL () {
  UNWIND $ring_ids AS asked
  MATCH (e:RingEvent {ring_id: asked})
  RETURN e
UNION
  UNWIND $ring_ids AS asked
  MATCH (e:RingEvent {other_ring_id: asked})
  WHERE e.event = 'merged'
  RETURN e
}
WITH e
WHERE coalesce(e.since, 0) <= $seq AND CASE WHEN coalesce(e.until, $seq + 1) > $seq THEN keys(e) <> [] ELSE false END
WITH
  e.ring_id AS ring_id, e.run_id AS run_id, e.as_of AS as_of, e.event AS event, e.other_ring_id AS other_ring_id,
  e.account_id AS account_id, e.kind AS kind, e.identifier AS identifier, e.bits AS bits
ORDER BY ring_id, as_of, event, account_id, other_ring_id
LIMIT $cap
WITH collect([ring_id, run_id, as_of, event, other_ring_id, account_id, kind, identifier, bits]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
