// Nodes with a stamp that no reader needs any more, once the stale ones are gone.
// params: published
// returns: id
CALL () {
  MATCH (x:Account)
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH (x:Account)
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  WHERE x.until > $published
  RETURN x
UNION ALL
  MATCH (x:RingEvent)
  WHERE x.since <= $published
  RETURN x
UNION ALL
  MATCH (x:RingEvent)
  WHERE x.until > $published
  RETURN x
}
RETURN elementId(x) AS id
