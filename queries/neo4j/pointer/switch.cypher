// Makes run $seq the published one. Safe to repeat, should the answer to the first time have been lost.
// params: seq, as_of, config_hash, cold_start, names, counts
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run {seq: $seq})
SET r.status = 'published', r.as_of = $as_of, r.config_hash = $config_hash, r.cold_start = $cold_start,
  r.tables = $names, r.counts = $counts
SET p.previous_seq = CASE WHEN p.seq = $seq THEN p.previous_seq ELSE p.seq END
SET p.seq = $seq, p.run_id = r.run_id
