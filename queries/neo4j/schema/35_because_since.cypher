// Finds relationships of a run that is being written; holds only those.
CREATE INDEX because_since IF NOT EXISTS FOR ()-[x:BECAUSE]-() ON (x.since)
