-- The rows of `ring_events`, counted from 0, in which a ring went on as another one, by that one.
CREATE OR REPLACE TABLE merged AS
SELECT other_ring_id AS other_ring_id, CAST(event_no AS INTEGER) AS event_no
FROM (
  SELECT
    other_ring_id AS other_ring_id, event AS event,
    row_number() OVER (ORDER BY ring_id, as_of, event, account_id, other_ring_id) - 1 AS event_no
  FROM ring_events
) AS numbered
WHERE event = 'merged' AND other_ring_id IS NOT NULL
ORDER BY other_ring_id, event_no
