-- Rings, largest first.
CREATE OR REPLACE TABLE rings_by_size AS
SELECT n.ring_no AS ring_no
FROM rings AS r
JOIN ring_numbers AS n ON n.ring_id = r.ring_id
ORDER BY r.size DESC, ring_no
