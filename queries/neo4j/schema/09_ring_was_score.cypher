// Finds rings by the score of the run before; holds only those that changed.
CREATE INDEX ring_was_score IF NOT EXISTS FOR (r:Ring) ON (r.was_score)
