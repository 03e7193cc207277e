// Relationships that no readable run holds: ended with the run before, or made by a publish that was not seen.
// params: published
// returns: id
CALL () {
  MATCH ()-[x:USED]->()
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:USED]->()
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH ()-[x:MEMBER_OF]->()
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:MEMBER_OF]->()
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH ()-[x:LINKED]->()
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:LINKED]->()
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH ()-[x:BECAUSE]->()
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH ()-[x:BECAUSE]->()
  WHERE x.since > $published
  RETURN x
}
RETURN elementId(x) AS id
