// Deletes a batch of nodes; their relationships went before.
// params: ids
UNWIND $ids AS id
MATCH (x)
WHERE elementId(x) = id
DETACH DELETE x
