// Nodes that carry values of two runs; all of them now the same to readers, or of a run that cannot be read any more.
// params: published
// returns: id
CALL () {
  MATCH (x:Account)
  WHERE x.changed <= $published OR x.changed > $published
  RETURN x
UNION ALL
  MATCH (x:Identifier)
  WHERE x.changed <= $published OR x.changed > $published
  RETURN x
UNION ALL
  MATCH (x:Ring)
  WHERE x.changed <= $published OR x.changed > $published
  RETURN x
}
RETURN elementId(x) AS id
