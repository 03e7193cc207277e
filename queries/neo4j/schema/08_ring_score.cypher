// Finds rings by score.
CREATE INDEX ring_score IF NOT EXISTS FOR (r:Ring) ON (r.score)
