// What the pointer says, the run that stands under its number, and whether a publish has begun that has not ended.
// returns: seq, run_id, schema, recorded, is_writing
MATCH (p:Pointer {name: 'published'})
OPTIONAL MATCH (r:Run {seq: p.seq})
OPTIONAL MATCH (w:Run {seq: p.writing})
RETURN
  p.seq AS seq, p.run_id AS run_id, p.schema AS schema, r.run_id AS recorded,
  coalesce(w.status = 'writing', false) AS is_writing
LIMIT 1
