-- Rings after the one with this score and id, best score first; an infinite score starts at the top.
-- params: score, ring_id, limit
-- returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure,
-- returns: currency, headline
SELECT
  r.ring_id AS ring_id, r.score AS score, r.size AS size, r.core_size AS core_size, r.density AS density,
  r.fragility AS fragility, r.first_seen_run AS first_seen_run, r.last_changed_run AS last_changed_run,
  r.status AS status, r.exposure AS exposure, r.currency AS currency, r.headline AS headline
FROM rings AS r
WHERE r.score < CAST($score AS DOUBLE) OR (r.score = CAST($score AS DOUBLE) AND r.ring_id > $ring_id)
ORDER BY score DESC, ring_id
LIMIT $limit
