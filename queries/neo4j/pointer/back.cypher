// Makes the run before the published one again, and takes a number for the cleaning behind it. Safe to repeat only as
// a whole: there is one run before, and none behind that.
// params: run_id
// returns: seq, published
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run {seq: p.previous_seq, run_id: $run_id})
SET p.seq = p.previous_seq, p.run_id = r.run_id, p.previous_seq = null, p.last_seq = p.last_seq + 1
SET p.writing = p.last_seq, p.epoch = p.epoch + 1
RETURN p.writing AS seq, p.seq AS published
