// Finds relationships that ended with a run; holds only those.
CREATE INDEX used_until IF NOT EXISTS FOR ()-[x:USED]-() ON (x.until)
