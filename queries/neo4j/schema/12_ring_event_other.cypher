// Finds the rings that merged into one.
CREATE INDEX ring_event_other IF NOT EXISTS FOR (e:RingEvent) ON (e.other_ring_id)
