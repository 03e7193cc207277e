// Relationships with a stamp that no reader needs any more, once the stale ones are gone.
// params: published
// returns: id
CALL () {
  MATCH ()-[x:USED]->()
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:USED]->()
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH ()-[x:MEMBER_OF]->()
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:MEMBER_OF]->()
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH ()-[x:LINKED]->()
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:LINKED]->()
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH ()-[x:BECAUSE]->()
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:BECAUSE]->()
  WHERE x.until > $published
  RETURN x
}
RETURN elementId(x) AS id
