// Finds the events of a ring.
CREATE INDEX ring_event_ring IF NOT EXISTS FOR (e:RingEvent) ON (e.ring_id)
