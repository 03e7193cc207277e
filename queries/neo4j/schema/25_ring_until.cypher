// Finds nodes that ended with a run; holds only those.
CREATE INDEX ring_until IF NOT EXISTS FOR (x:Ring) ON (x.until)
