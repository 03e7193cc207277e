// Finds nodes that ended with a run; holds only those.
CREATE INDEX identifier_until IF NOT EXISTS FOR (x:Identifier) ON (x.until)
