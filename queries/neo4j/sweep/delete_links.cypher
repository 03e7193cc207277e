// Deletes a batch of relationships.
// params: ids
UNWIND $ids AS id
MATCH ()-[x]->()
WHERE elementId(x) = id
DELETE x
