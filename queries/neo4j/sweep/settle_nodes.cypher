// From here on readers take the plain values of a batch of nodes, whatever run they read.
// params: ids
UNWIND $ids AS id
MATCH (x)
WHERE elementId(x) = id
REMOVE x.changed
