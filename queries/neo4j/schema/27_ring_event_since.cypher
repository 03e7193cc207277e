// Finds nodes of a run that is being written; holds only those.
CREATE INDEX ring_event_since IF NOT EXISTS FOR (x:RingEvent) ON (x.since)
