// Rings of a status and of a typology (null: of any) after the one with this size and id, largest first; a size above all starts at the top.
// Ids of the same place are found by the index, which compares by code point; else a parameter is compared by UTF-16.
// params: size, ring_id, status, typology, seq, limit
// returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure,
// returns: currency, exposures, typology, headline
CALL () {
  MATCH (r:Ring)
  WHERE (r.size < $size OR r.was_size < $size) AND coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
    AND coalesce(CASE WHEN $seq < r.changed THEN r.was_size END, r.size) < $size
  RETURN r
UNION ALL
  MATCH (r:Ring)
  USING INDEX r:Ring(id)
  WHERE r.id > $ring_id AND coalesce(r.since, 0) <= $seq AND CASE WHEN coalesce(r.until, $seq + 1) > $seq THEN keys(r) <> [] ELSE false END
    AND coalesce(CASE WHEN $seq < r.changed THEN r.was_size END, r.size) = $size
  RETURN r
}
WITH r
WHERE ($status IS NULL OR coalesce(CASE WHEN $seq < r.changed THEN r.was_status END, r.status) = $status)
  AND ($typology IS NULL OR CASE WHEN $seq < r.changed THEN r.was_typology ELSE r.typology END = $typology)
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
ORDER BY size DESC, ring_id
LIMIT $limit
WITH collect([ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status,
  exposure, currency, exposures, typology, headline]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
