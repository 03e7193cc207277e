// Holds the pointer until the transaction ends, and answers a row only to the publish that may write: a later one that
// has taken over waits for the batch in flight, and the earlier one can write no further batch.
// params: seq
// returns: seq
MATCH (p:Pointer {name: 'published'})
SET p.held_by = $seq
WITH p
WHERE p.writing = $seq
RETURN p.writing AS seq
