// Finds relationships that ended with a run; holds only those.
CREATE INDEX member_of_until IF NOT EXISTS FOR ()-[x:MEMBER_OF]-() ON (x.until)
