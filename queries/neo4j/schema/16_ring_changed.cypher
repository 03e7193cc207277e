// Finds rings by the night that changed them last.
CREATE INDEX ring_changed IF NOT EXISTS FOR (r:Ring) ON (r.last_changed_run)
