// Relationships that no readable run holds.
// params: published
// returns: id
MATCH (:Account)-[x:USED|MEMBER_OF|LINKED|BECAUSE]->()
WHERE x.seen < $published
RETURN elementId(x) AS id
