// Finds relationships that ended with a run; holds only those.
CREATE INDEX because_until IF NOT EXISTS FOR ()-[x:BECAUSE]-() ON (x.until)
