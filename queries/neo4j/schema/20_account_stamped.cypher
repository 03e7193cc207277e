// Finds nodes with values of two runs; holds only those.
CREATE INDEX account_stamped IF NOT EXISTS FOR (x:Account) ON (x.changed)
