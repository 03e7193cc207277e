// All rings that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure, currency, exposures, typology, headline
MATCH (r:Ring)
RETURN
  r.id AS ring_id, r.score AS score, r.size AS size, r.core_size AS core_size, r.density AS density, r.fragility AS
  fragility, r.first_seen_run AS first_seen_run, r.last_changed_run AS last_changed_run, r.status AS status,
  r.exposure AS exposure, r.currency AS currency, r.exposures AS exposures, r.typology AS typology, r.headline AS
  headline
