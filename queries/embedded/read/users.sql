-- Who used these identifiers: for each identifier at most `limit` accounts, last seen first.
-- params: keys, limit, cap
-- returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
SELECT
  a.account_id AS account_id, i.kind AS kind, substr(i.key, length(i.kind) + 2) AS identifier,
  u.first_seen AS first_seen, u.last_seen AS last_seen, u.n AS n, u.sessions AS sessions, u.days AS days
FROM used_by AS u
JOIN identifiers AS i ON i.identifier_no = u.identifier_no
JOIN accounts AS a ON a.account_no = u.account_no
WHERE i.key IN (SELECT unnest(CAST($keys AS VARCHAR[])) AS key) AND u.place <= $limit
ORDER BY u.identifier_no, u.place
LIMIT $cap
