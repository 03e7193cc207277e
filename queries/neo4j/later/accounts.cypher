// Accounts whose plain values no reader sees: of a publish that was not seen, or was taken back.
// params: published
// returns: id
MATCH (a:Account)
WHERE a.changed > $published
RETURN elementId(a) AS id
