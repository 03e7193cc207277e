// The rings with these ids, by id.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: ring_ids, seq, cap
// returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure,
// returns: currency, exposures, typology, headline
UNWIND range(0, size($ring_ids) - 1) AS at
MATCH (r:Ring {id: $ring_ids[at]})
WHERE coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
WITH
  r.id AS ring_id,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_score END, r.score) AS score,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_size END, r.size) AS size,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_core_size END, r.core_size) AS core_size,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_density END, r.density) AS density,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_fragility END, r.fragility) AS fragility,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_first_seen_run END, r.first_seen_run) AS first_seen_run,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_last_changed_run END, r.last_changed_run) AS last_changed_run,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_status END, r.status) AS status,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_exposure END, r.exposure) AS exposure,
  CASE WHEN $seq < r.changed THEN r.was_currency ELSE r.currency END AS currency,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_exposures END, r.exposures) AS exposures,
  CASE WHEN $seq < r.changed THEN r.was_typology ELSE r.typology END AS typology,
  coalesce(CASE WHEN $seq < r.changed THEN r.was_headline END, r.headline) AS headline
ORDER BY at
LIMIT $cap
WITH collect([ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status,
  exposure, currency, exposures, typology, headline]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
