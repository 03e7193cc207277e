// Takes the stamps off a batch of nodes.
// params: ids
UNWIND $ids AS id
MATCH (x)
WHERE elementId(x) = id
REMOVE x.since, x.until
