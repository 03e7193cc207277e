// Removes the records of runs that are neither published nor being written.
// params: seq
MATCH (p:Pointer {name: 'published'})
MATCH (r:Run)
WHERE r.seq <> $seq AND r.seq <> coalesce(p.seq, $seq)
DELETE r
