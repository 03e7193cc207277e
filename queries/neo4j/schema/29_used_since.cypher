// Finds relationships of a run that is being written; holds only those.
CREATE INDEX used_since IF NOT EXISTS FOR ()-[x:USED]-() ON (x.since)
