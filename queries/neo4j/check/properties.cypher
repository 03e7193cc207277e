// Every name that a property of this database has ever had.
// returns: name
CALL db.propertyKeys() YIELD propertyKey
RETURN propertyKey AS name
ORDER BY name
