// Finds what happened after a time.
CREATE INDEX ring_event_time IF NOT EXISTS FOR (e:RingEvent) ON (e.as_of)
