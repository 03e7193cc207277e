// Takes the stamps off a batch of relationships.
// params: ids
UNWIND $ids AS id
MATCH ()-[x]->()
WHERE elementId(x) = id
REMOVE x.since, x.until
