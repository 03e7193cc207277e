// Finds nodes of a run that is being written; holds only those.
CREATE INDEX ring_since IF NOT EXISTS FOR (x:Ring) ON (x.since)
