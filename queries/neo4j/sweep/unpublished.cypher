// Nodes of a first publish that never ended.
// returns: id
MATCH (x:Account|Identifier|Ring|RingEvent)
RETURN elementId(x) AS id
