-- Which run this file holds; the last thing written to it.
-- params: run_id, as_of, config_hash, cold_start, names, counts
CREATE OR REPLACE TABLE run AS
SELECT
  CAST($run_id AS VARCHAR) AS run_id, CAST($as_of AS BIGINT) AS as_of, CAST($config_hash AS VARCHAR) AS config_hash,
  CAST($cold_start AS BOOLEAN) AS cold_start, CAST($names AS VARCHAR[]) AS names, CAST($counts AS BIGINT[]) AS counts
