// Finds nodes with values of two runs; holds only those.
CREATE INDEX ring_stamped IF NOT EXISTS FOR (x:Ring) ON (x.changed)
