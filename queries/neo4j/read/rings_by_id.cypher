// The rings with these ids, by id.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: ring_ids, seq, cap
// returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure,
// returns: currency, exposures, typology, headline
UNWIND range(0, size($ring_ids) - 1) AS at
MATCH (r:Ring {id: $ring_ids[at]})
WHERE coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
RETURN
  r.id AS ring_id,
  CASE WHEN $seq < r.changed THEN r.was_score ELSE r.score END AS score,
  CASE WHEN $seq < r.changed THEN r.was_size ELSE r.size END AS size,
  CASE WHEN $seq < r.changed THEN r.was_core_size ELSE r.core_size END AS core_size,
  CASE WHEN $seq < r.changed THEN r.was_density ELSE r.density END AS density,
  CASE WHEN $seq < r.changed THEN r.was_fragility ELSE r.fragility END AS fragility,
  CASE WHEN $seq < r.changed THEN r.was_first_seen_run ELSE r.first_seen_run END AS first_seen_run,
  CASE WHEN $seq < r.changed THEN r.was_last_changed_run ELSE r.last_changed_run END AS last_changed_run,
  CASE WHEN $seq < r.changed THEN r.was_status ELSE r.status END AS status,
  CASE WHEN $seq < r.changed THEN r.was_exposure ELSE r.exposure END AS exposure,
  CASE WHEN $seq < r.changed THEN r.was_currency ELSE r.currency END AS currency,
  CASE WHEN $seq < r.changed THEN r.was_exposures ELSE r.exposures END AS exposures,
  CASE WHEN $seq < r.changed THEN r.was_typology ELSE r.typology END AS typology,
  CASE WHEN $seq < r.changed THEN r.was_headline ELSE r.headline END AS headline
ORDER BY at
LIMIT $cap
