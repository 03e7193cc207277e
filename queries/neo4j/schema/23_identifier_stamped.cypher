// Finds nodes with values of two runs; holds only those.
CREATE INDEX identifier_stamped IF NOT EXISTS FOR (x:Identifier) ON (x.changed)
