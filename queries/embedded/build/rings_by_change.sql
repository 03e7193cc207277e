-- Rings, those first that the newest night changed.
CREATE OR REPLACE TABLE rings_by_change AS
SELECT n.ring_no AS ring_no
FROM rings AS r
JOIN ring_numbers AS n ON n.ring_id = r.ring_id
ORDER BY r.last_changed_run DESC, ring_no
