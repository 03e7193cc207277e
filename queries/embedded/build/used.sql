-- Links by account. `place` counts an account's links in the order readers want them, so that a limit is a filter.
CREATE OR REPLACE TABLE used AS
SELECT
  a.account_no AS account_no,
  CAST(row_number() OVER (PARTITION BY a.account_no ORDER BY u.last_seen DESC, i.identifier_no) AS INTEGER) AS place,
  i.identifier_no AS identifier_no, u.first_seen AS first_seen, u.last_seen AS last_seen, u.n AS n,
  u.sessions AS sessions, u.days AS days
FROM incoming AS u
JOIN accounts AS a ON a.account_id = u.account_id
JOIN identifiers AS i ON i.key = concat(u.kind, ':', u.identifier)
ORDER BY account_no, place
