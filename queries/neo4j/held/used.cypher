// All used that the graph holds, for a writer that has just cleaned it: no value is of another run.
// returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
MATCH (a:Account)-[u:USED]->(i:Identifier)
RETURN
  a.id AS account_id, i.kind AS kind, substring(i.key, size(i.kind) + 1) AS identifier, u.first_seen AS first_seen,
  u.last_seen AS last_seen, u.n AS n, u.sessions AS sessions, u.days AS days
