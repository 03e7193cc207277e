// Nodes that no readable run holds: ended with the run before, or made by a publish that was not seen.
// params: published
// returns: id
CALL () {
  MATCH (x:Account)
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH (x:Account)
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  WHERE x.since > $published
  RETURN x
UNION ALL
  MATCH (x:RingEvent)
  WHERE x.until <= $published
  RETURN x
UNION ALL
  MATCH (x:RingEvent)
  WHERE x.since > $published
  RETURN x
}
RETURN elementId(x) AS id
