// The step the store is in. Readers ask behind every answer.
// returns: epoch
MATCH (p:Pointer {name: 'published'})
RETURN p.epoch AS epoch
LIMIT 1
