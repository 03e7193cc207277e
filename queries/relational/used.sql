-- The public table of account-identifier links.
-- returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
SELECT
  account_id AS account_id, kind AS kind, identifier AS identifier, first_seen AS first_seen, last_seen AS last_seen,
  n AS n, sessions AS sessions, days AS days
FROM used_named
ORDER BY account_id, kind, identifier
