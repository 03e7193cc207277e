// Finds nodes of a run that is being written; holds only those.
CREATE INDEX account_since IF NOT EXISTS FOR (x:Account) ON (x.since)
