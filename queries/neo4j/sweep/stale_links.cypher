// Relationships that no readable run holds; all of them begin at an account.
// params: published
// returns: id
MATCH (a:Account)-[x:USED|MEMBER_OF|LINKED|BECAUSE]->()
USING SCAN a:Account
WHERE x.seen < $published
RETURN elementId(x) AS id
