// Accounts, identifiers and rings that no readable run holds.
// params: published
// returns: id
MATCH (x:Account|Identifier|Ring)
WHERE x.seen < $published
RETURN elementId(x) AS id
