// The schema our pointer says the database has; no row where there is no pointer of ours.
// returns: schema
MATCH (p:Pointer {name: 'published'})
RETURN p.schema AS schema
LIMIT 1
