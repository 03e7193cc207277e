-- Finds a ring by its id; refuses a second ring with the same id.
CREATE UNIQUE INDEX ring_key ON rings (ring_id)
