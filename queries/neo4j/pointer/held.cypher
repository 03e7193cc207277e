// The runs that can be read: the published one, and the one before it until the next publish begins.
// returns: seq, run_id
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run)
WHERE r.seq IN [p.seq, p.previous_seq]
RETURN r.seq AS seq, r.run_id AS run_id
ORDER BY seq DESC
LIMIT 2
