// Rings whose plain values no reader sees: of a publish that was not seen, or was taken back.
// params: published
// returns: id
MATCH (r:Ring)
WHERE r.changed > $published
RETURN elementId(r) AS id
