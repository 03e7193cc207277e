-- Rings of the run in the order of their ids.
CREATE OR REPLACE TABLE rings AS
SELECT
  ring_id AS ring_id, score AS score, size AS size, core_size AS core_size, density AS density,
  fragility AS fragility, first_seen_run AS first_seen_run, last_changed_run AS last_changed_run, status AS status,
  exposure AS exposure, currency AS currency, exposures AS exposures, typology AS typology, headline AS headline
FROM incoming
ORDER BY ring_id
