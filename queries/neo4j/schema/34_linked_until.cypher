// Finds relationships that ended with a run; holds only those.
CREATE INDEX linked_until IF NOT EXISTS FOR ()-[x:LINKED]-() ON (x.until)
