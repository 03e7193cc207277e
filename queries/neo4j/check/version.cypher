// The release of the server, and which edition of it.
// returns: versions, edition
CALL dbms.components() YIELD name, versions, edition
WHERE name = 'Neo4j Kernel'
RETURN versions AS versions, edition AS edition
LIMIT 1
