// The step the store is in. Readers look for their run under it, and read it again behind every answer.
// returns: epoch
MATCH (p:Pointer {name: 'published'})
RETURN p.epoch AS epoch
LIMIT 1
