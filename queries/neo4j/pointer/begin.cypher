// Takes a new number for a publish and makes it the only one that may write. The run before the published one can no
// longer be read: what it alone holds is about to be swept.
// params: run_id, schema
// returns: seq, published
MERGE (p:Pointer {name: 'published'})
ON CREATE SET p.last_seq = 0, p.epoch = 0
SET p.schema = $schema, p.last_seq = p.last_seq + 1, p.previous_seq = null
SET p.writing = p.last_seq
CREATE (:Run {seq: p.last_seq, run_id: $run_id, status: 'writing'})
RETURN p.last_seq AS seq, p.seq AS published
