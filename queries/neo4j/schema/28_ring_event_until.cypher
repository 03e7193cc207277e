// Finds nodes that ended with a run; holds only those.
CREATE INDEX ring_event_until IF NOT EXISTS FOR (x:RingEvent) ON (x.until)
