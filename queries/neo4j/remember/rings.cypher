// First pass over rings that change, given as they were published: those of its values that change are kept as
// `was_`, and each that may be absent. What an older publish has left there goes.
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
] AS same, row.kept AS kept
FOREACH (old IN CASE WHEN same THEN [r] ELSE [] END | SET
  old.was_score = kept.score, old.was_size = kept.size, old.was_core_size = kept.core_size,
  old.was_density = kept.density, old.was_fragility = kept.fragility, old.was_first_seen_run = kept.first_seen_run,
  old.was_last_changed_run = kept.last_changed_run, old.was_status = kept.status, old.was_exposure = kept.exposure,
  old.was_currency = old.currency, old.was_exposures = kept.exposures, old.was_typology = old.typology,
  old.was_headline = kept.headline
)
WITH at, same
WHERE NOT same
RETURN at AS at
ORDER BY at
