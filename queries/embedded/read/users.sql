-- Who used these identifiers: for each identifier at most `limit` accounts, last seen first. The identifiers are found first, by
-- their key, and nothing but their uses is then read: left to itself, the engine starts from all uses.
-- params: keys, limit, cap
-- returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
WITH wanted AS MATERIALIZED (
  SELECT i.identifier_no AS identifier_no, i.kind AS kind, i.key AS key
  FROM identifiers AS i
  WHERE i.key IN (SELECT unnest(CAST($keys AS VARCHAR[])) AS key)
), uses AS MATERIALIZED (
  SELECT
    u.identifier_no AS identifier_no, u.account_no AS account_no, u.place AS place, u.first_seen AS first_seen,
    u.last_seen AS last_seen, u.n AS n, u.sessions AS sessions, u.days AS days
  FROM used_by AS u
  WHERE u.identifier_no IN (SELECT wanted.identifier_no AS identifier_no FROM wanted) AND u.place <= $limit
)
SELECT
  a.account_id AS account_id, wanted.kind AS kind, substr(wanted.key, length(wanted.kind) + 2) AS identifier,
  uses.first_seen AS first_seen, uses.last_seen AS last_seen, uses.n AS n, uses.sessions AS sessions, uses.days AS days
FROM uses
JOIN wanted ON wanted.identifier_no = uses.identifier_no
JOIN accounts AS a ON a.account_no = uses.account_no
ORDER BY uses.identifier_no, uses.place
LIMIT $cap
