// Accounts, identifiers, rings and events that no readable run holds.
// params: published
// returns: id
CALL () {
  MATCH (x:Account)
  USING SCAN x:Account
  WHERE x.seen < $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  USING SCAN x:Identifier
  WHERE x.seen < $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  USING SCAN x:Ring
  WHERE x.seen < $published
  RETURN x
UNION ALL
  MATCH (x:RingEvent)
  USING SCAN x:RingEvent
  WHERE x.seen < $published
  RETURN x
}
RETURN elementId(x) AS id
