// The settings of these names as the server has them.
// params: names
// returns: name, value
SHOW SETTINGS YIELD name, value
WHERE name IN $names
RETURN name AS name, value AS value
ORDER BY name
