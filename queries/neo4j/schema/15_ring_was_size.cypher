// Finds rings by the size of the run before; holds only those that changed.
CREATE INDEX ring_was_size IF NOT EXISTS FOR (r:Ring) ON (r.was_size)
