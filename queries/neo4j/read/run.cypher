// Which run has this number, and how many rows each table of it has.
// params: seq
// returns: run_id, as_of, config_hash, cold_start, names, counts
MATCH (r:Run {seq: $seq})
WITH
  r.run_id AS run_id, r.as_of AS as_of, r.config_hash AS config_hash, r.cold_start AS cold_start, r.tables AS names,
  r.counts AS counts
ORDER BY run_id
LIMIT 1
WITH collect([run_id, as_of, config_hash, cold_start, names, counts]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
