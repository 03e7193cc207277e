-- What happened to each ring. A ring that has ended has events and no row in `rings`, so nothing is joined.
CREATE OR REPLACE TABLE ring_events AS
SELECT
  ring_id AS ring_id, run_id AS run_id, as_of AS as_of, event AS event, other_ring_id AS other_ring_id,
  account_id AS account_id, kind AS kind, identifier AS identifier, bits AS bits
FROM incoming
ORDER BY ring_id, as_of, event, account_id, other_ring_id
