// Every constraint.
// returns: name
SHOW CONSTRAINTS YIELD name
RETURN name AS name
ORDER BY name
