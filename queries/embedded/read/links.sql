-- What these accounts used: for each account at most `limit` identifiers, last seen first.
-- params: account_ids, limit, cap
-- returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
SELECT
  a.account_id AS account_id, i.kind AS kind, substr(i.key, length(i.kind) + 2) AS identifier,
  u.first_seen AS first_seen, u.last_seen AS last_seen, u.n AS n, u.sessions AS sessions, u.days AS days
FROM used AS u
JOIN accounts AS a ON a.account_no = u.account_no
JOIN identifiers AS i ON i.identifier_no = u.identifier_no
WHERE a.account_id IN (SELECT unnest(CAST($account_ids AS VARCHAR[])) AS account_id) AND u.place <= $limit
ORDER BY u.account_no, u.place
LIMIT $cap
