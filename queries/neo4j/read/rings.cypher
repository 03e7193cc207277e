// Rings of a status and of a typology (null: of any) after the one with this score and id, best score first; an infinite score starts at the top.
// Ids of the same place are found by the index, which compares by code point; else a parameter is compared by UTF-16.
// params: score, ring_id, status, typology, seq, limit
// returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure,
// returns: currency, exposures, typology, headline
CALL () {
  MATCH (r:Ring)
  WHERE (r.score < $score OR r.was_score < $score) AND coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
    AND CASE WHEN $seq < r.changed THEN r.was_score ELSE r.score END < $score
  RETURN r
UNION ALL
  MATCH (r:Ring)
  USING INDEX r:Ring(id)
  WHERE r.id > $ring_id AND coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
    AND CASE WHEN $seq < r.changed THEN r.was_score ELSE r.score END = $score
  RETURN r
}
WITH r
WHERE ($status IS NULL OR CASE WHEN $seq < r.changed THEN r.was_status ELSE r.status END = $status)
  AND ($typology IS NULL OR CASE WHEN $seq < r.changed THEN r.was_typology ELSE r.typology END = $typology)
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
ORDER BY score DESC, ring_id
LIMIT $limit
