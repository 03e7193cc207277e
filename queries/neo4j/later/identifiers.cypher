// Identifiers whose plain values no reader sees: of a publish that was not seen, or was taken back.
// params: published
// returns: id
MATCH (i:Identifier)
WHERE i.changed > $published
RETURN elementId(i) AS id
