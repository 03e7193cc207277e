// Makes the run before the published one again, and the published one the one before: both can be read on, and gone
// back to, until the next publish cleans. Ends any publish that is being written. Safe to repeat, as it names the run.
// params: run_id
// returns: seq
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run {run_id: $run_id})
WHERE r.seq IN [p.seq, p.previous_seq]
SET p.previous_seq = CASE WHEN p.seq = r.seq THEN p.previous_seq ELSE p.seq END
SET p.seq = r.seq, p.run_id = r.run_id, p.writing = null
RETURN r.seq AS seq
