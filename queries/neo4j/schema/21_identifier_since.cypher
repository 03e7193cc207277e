// Finds nodes of a run that is being written; holds only those.
CREATE INDEX identifier_since IF NOT EXISTS FOR (x:Identifier) ON (x.since)
