-- What each account used, over all feeds: one row per account and identifier, times in epoch seconds.
-- `sessions` and `days`: distinct sessions, distinct UTC days. An address paid *to* links, one paid *from* does not
-- (payroll). Run part by part of the accounts, so that memory is bounded; tokens are 128-bit numbers while they are counted.
-- returns: account_id, kind, identifier, first_seen, last_seen, n, sessions, days
WITH observed AS (
  SELECT account_id, kind, identifier, "at", session_id, count FROM observations
  UNION ALL
  SELECT account_id, 'device', device, "at", session_id, 1 FROM logins WHERE device IS NOT NULL
  UNION ALL
  SELECT account_id, 'fingerprint', fingerprint, "at", session_id, 1 FROM logins WHERE fingerprint IS NOT NULL
  UNION ALL
  SELECT account_id, 'ip', ip, "at", session_id, 1 FROM logins WHERE ip IS NOT NULL
  UNION ALL
  SELECT account_id, kind, token, "at", NULL, 1 FROM instruments
  UNION ALL
  SELECT account_id, rail, instrument, "at", session_id, 1 FROM payments
  WHERE instrument IS NOT NULL AND rail IN ('card', 'bank')
  UNION ALL
  SELECT account_id, 'wallet', wallet, "at", session_id, 1 FROM payments
  WHERE wallet IS NOT NULL AND direction = 'out'
  UNION ALL
  SELECT buyer_id, 'payer', payer, "at", NULL, 1 FROM p2p_orders WHERE payer IS NOT NULL
  UNION ALL
  SELECT buyer_id, 'proof', proof, "at", NULL, 1 FROM p2p_orders WHERE proof IS NOT NULL
  UNION ALL
  SELECT account_id, 'email', email, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE email IS NOT NULL
  UNION ALL
  SELECT account_id, 'stem', email_stem, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE email_stem IS NOT NULL
  UNION ALL
  SELECT account_id, 'phone', phone, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE phone IS NOT NULL
  UNION ALL
  SELECT account_id, 'document', document, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE document IS NOT NULL
), counted AS (
  SELECT
    observed.account_id AS account_id, kinds.code AS code, observed.identifier::uuid AS token,
    min(observed."at") AS first_seen, max(observed."at") AS last_seen, sum(coalesce(observed.count, 1)) AS n,
    len(list_distinct(list(hash(observed.session_id)) FILTER (WHERE observed.session_id IS NOT NULL))) AS sessions,
    len(list_distinct(list((observed."at" // 86400000000)::int))) AS days
  FROM observed
  JOIN part ON observed.account_id >= part.first_account AND observed.account_id <= part.last_account
  JOIN kinds ON kinds.kind = observed.kind
  GROUP BY observed.account_id, kinds.code, observed.identifier::uuid
)
SELECT
  counted.account_id AS account_id, kinds.kind AS kind, replace(counted.token::varchar, '-', '') AS identifier,
  counted.first_seen // 1000000 AS first_seen, counted.last_seen // 1000000 AS last_seen,
  least(counted.n, 2147483647)::int AS n, coalesce(counted.sessions, 0)::int AS sessions, counted.days::int AS days
FROM counted
JOIN kinds ON kinds.code = counted.code
ORDER BY counted.account_id, kinds.kind, counted.token
