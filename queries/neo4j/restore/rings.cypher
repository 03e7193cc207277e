// Gives rings back the values that readers see, where a publish that was not seen, or was taken back, wrote others.
// params: ids
UNWIND $ids AS id
MATCH (r:Ring)
WHERE elementId(r) = id
SET
  r.score = coalesce(r.was_score, r.score), r.size = coalesce(r.was_size, r.size),
  r.core_size = coalesce(r.was_core_size, r.core_size), r.density = coalesce(r.was_density, r.density),
  r.fragility = coalesce(r.was_fragility, r.fragility),
  r.first_seen_run = coalesce(r.was_first_seen_run, r.first_seen_run),
  r.last_changed_run = coalesce(r.was_last_changed_run, r.last_changed_run),
  r.status = coalesce(r.was_status, r.status), r.exposure = coalesce(r.was_exposure, r.exposure),
  r.currency = r.was_currency, r.exposures = coalesce(r.was_exposures, r.exposures), r.typology = r.was_typology,
  r.headline = coalesce(r.was_headline, r.headline)
