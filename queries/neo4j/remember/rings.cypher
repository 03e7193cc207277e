// First pass over rings that change, given as they were published: the values that readers see are kept as `was_`.
// Answers which rows are not so in the graph; of those nothing is kept.
// params: rows
// returns: at
UNWIND range(0, size($rows) - 1) AS at
WITH at, $rows[at] AS row
OPTIONAL MATCH (r:Ring {id: row.ring_id})
WITH at, r, r IS NOT NULL AND [
  coalesce(r.score, false), coalesce(r.size, false), coalesce(r.core_size, false), coalesce(r.density, false),
  coalesce(r.fragility, false), coalesce(r.first_seen_run, false), coalesce(r.last_changed_run, false),
  coalesce(r.status, false), coalesce(r.exposure, false), coalesce(r.currency, false), coalesce(r.exposures, false),
  coalesce(r.typology, false), coalesce(r.headline, false)
] = [
  coalesce(row.score, false), coalesce(row.size, false), coalesce(row.core_size, false), coalesce(row.density, false),
  coalesce(row.fragility, false), coalesce(row.first_seen_run, false), coalesce(row.last_changed_run, false),
  coalesce(row.status, false), coalesce(row.exposure, false), coalesce(row.currency, false), coalesce(row.exposures,
  false), coalesce(row.typology, false), coalesce(row.headline, false)
] AS same
FOREACH (old IN CASE WHEN same THEN [r] ELSE [] END | SET
  old.was_score = old.score, old.was_size = old.size, old.was_core_size = old.core_size, old.was_density =
  old.density, old.was_fragility = old.fragility, old.was_first_seen_run = old.first_seen_run,
  old.was_last_changed_run = old.last_changed_run, old.was_status = old.status, old.was_exposure = old.exposure,
  old.was_currency = old.currency, old.was_exposures = old.exposures, old.was_typology = old.typology,
  old.was_headline = old.headline
)
WITH at, same
WHERE NOT same
RETURN at AS at
ORDER BY at
