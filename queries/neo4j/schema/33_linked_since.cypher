// Finds relationships of a run that is being written; holds only those.
CREATE INDEX linked_since IF NOT EXISTS FOR ()-[x:LINKED]-() ON (x.since)
