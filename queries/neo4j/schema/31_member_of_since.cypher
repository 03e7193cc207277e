// Finds relationships of a run that is being written; holds only those.
CREATE INDEX member_of_since IF NOT EXISTS FOR ()-[x:MEMBER_OF]-() ON (x.since)
