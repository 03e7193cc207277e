-- Which run this file holds, and how many rows each table of it has.
-- returns: run_id, as_of, config_hash, cold_start, names, counts
SELECT
  run_id AS run_id, as_of AS as_of, config_hash AS config_hash, cold_start AS cold_start, names AS names,
  counts AS counts
FROM run
ORDER BY run_id
LIMIT 1
