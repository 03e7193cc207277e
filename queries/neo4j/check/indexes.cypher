// Every index with its state; a constraint's own index bears its name.
// returns: name, state
SHOW INDEXES YIELD name, state, type
WHERE type <> 'LOOKUP'
RETURN name AS name, state AS state
ORDER BY name
