// Finds nodes that ended with a run; holds only those.
CREATE INDEX account_until IF NOT EXISTS FOR (x:Account) ON (x.until)
