-- Links by account, each account's in the order readers want them, so that a limit is a shorter slice.
CREATE OR REPLACE TABLE used AS
SELECT
  a.account_no AS account_no, i.identifier_no AS identifier_no, u.first_seen AS first_seen, u.last_seen AS last_seen,
  u.n AS n, u.sessions AS sessions, u.days AS days
FROM incoming AS u
JOIN account_numbers AS a ON a.account_id = u.account_id
JOIN identifier_numbers AS i ON i.key = concat(u.kind, ':', u.identifier)
ORDER BY account_no, last_seen DESC, identifier_no
