// Finds rings by the night that had changed them last in the run before; holds only those that changed.
CREATE INDEX ring_was_changed IF NOT EXISTS FOR (r:Ring) ON (r.was_last_changed_run)
