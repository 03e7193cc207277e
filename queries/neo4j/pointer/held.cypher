// The runs that can be read: the published one first, then the one before it, or gone back from, until a publish begins.
// returns: seq, run_id
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run)
WHERE r.seq IN [p.seq, p.previous_seq]
RETURN r.seq AS seq, r.run_id AS run_id
ORDER BY r.seq = p.seq DESC
LIMIT 2
