// Gives rings back the values that readers see, where a publish that was not seen, or was taken back, wrote others.
// params: ids
UNWIND $ids AS id
MATCH (r:Ring)
WHERE elementId(r) = id
SET
  r.score = r.was_score, r.size = r.was_size, r.core_size = r.was_core_size, r.density = r.was_density, r.fragility =
  r.was_fragility, r.first_seen_run = r.was_first_seen_run, r.last_changed_run = r.was_last_changed_run, r.status =
  r.was_status, r.exposure = r.was_exposure, r.currency = r.was_currency, r.exposures = r.was_exposures, r.typology =
  r.was_typology, r.headline = r.was_headline
