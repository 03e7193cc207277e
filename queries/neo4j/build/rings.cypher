// Rings of the run with their values.
// params: rows, since
UNWIND $rows AS row
MERGE (r:Ring {id: row.ring_id})
ON CREATE SET r.since = $since
SET
  r.score = row.score, r.size = row.size, r.core_size = row.core_size, r.density = row.density,
  r.fragility = row.fragility, r.first_seen_run = row.first_seen_run, r.last_changed_run = row.last_changed_run,
  r.status = row.status, r.exposure = row.exposure, r.currency = row.currency,
  r.exposures = row.exposures, r.typology = row.typology, r.headline = row.headline
