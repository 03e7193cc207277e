// The release of the server.
// returns: versions
CALL dbms.components() YIELD name, versions
WHERE name = 'Neo4j Kernel'
RETURN versions AS versions
LIMIT 1
