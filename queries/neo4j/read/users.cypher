// Who used these identifiers: for each identifier at most `limit` accounts, last seen first.
// Answers follow the list, which is sorted: the server compares texts that come from a parameter by UTF-16 units.
// params: keys, seq, limit, cap
// returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
UNWIND range(0, size($keys) - 1) AS at
MATCH (i:Identifier {key: $keys[at]})
CALL (i) {
  MATCH (a:Account)-[u:USED]->(i)
  WHERE coalesce(u.since, 0) <= $seq AND CASE WHEN coalesce(u.until, $seq + 1) > $seq THEN u.last_seen IS NOT NULL ELSE false END
  RETURN u, a
  ORDER BY u.last_seen DESC, a.id
  LIMIT $limit
}
WITH
  a.id AS account_id, i.kind AS kind, substring(i.key, size(i.kind) + 1) AS identifier, u.first_seen AS first_seen,
  u.last_seen AS last_seen, u.n AS n, u.sessions AS sessions, u.days AS days
ORDER BY at, last_seen DESC, account_id
LIMIT $cap
WITH collect([account_id, kind, identifier, first_seen, last_seen, n, sessions, days]) AS rows
OPTIONAL MATCH (p:Pointer {name: 'published'})
RETURN rows, p.epoch AS epoch
LIMIT 1
