-- What each account used, over all feeds: one row per account and identifier, times in epoch seconds.
-- A session is one act however many rows it left; an address paid *to* links, an address paid *from* does not (payroll).
-- returns: account_id, kind, identifier, ip_version, first_seen, last_seen, n, sessions, days
WITH observed AS (
  SELECT account_id, kind, identifier, ip_version, "at", session_id, count FROM observations
  UNION ALL
  SELECT account_id, 'device', device, NULL, "at", session_id, 1 FROM logins WHERE device IS NOT NULL
  UNION ALL
  SELECT account_id, 'fingerprint', fingerprint, NULL, "at", session_id, 1 FROM logins WHERE fingerprint IS NOT NULL
  UNION ALL
  SELECT account_id, 'ip', ip, ip_version, "at", session_id, 1 FROM logins WHERE ip IS NOT NULL
  UNION ALL
  SELECT account_id, kind, token, NULL, "at", NULL, 1 FROM instruments
  UNION ALL
  SELECT account_id, rail, instrument, NULL, "at", session_id, 1 FROM payments
  WHERE instrument IS NOT NULL AND rail IN ('card', 'bank')
  UNION ALL
  SELECT account_id, 'wallet', wallet, NULL, "at", session_id, 1 FROM payments
  WHERE wallet IS NOT NULL AND direction = 'out'
  UNION ALL
  SELECT buyer_id, 'payer', payer, NULL, "at", NULL, 1 FROM p2p_orders WHERE payer IS NOT NULL
  UNION ALL
  SELECT buyer_id, 'proof', proof, NULL, "at", NULL, 1 FROM p2p_orders WHERE proof IS NOT NULL
  UNION ALL
  SELECT account_id, 'email', email, NULL, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE email IS NOT NULL
  UNION ALL
  SELECT account_id, 'phone', phone, NULL, coalesce(created_at, known_at), NULL, 1 FROM accounts WHERE phone IS NOT NULL
  UNION ALL
  SELECT account_id, 'document', document, NULL, coalesce(created_at, known_at), NULL, 1 FROM accounts
  WHERE document IS NOT NULL
), acts AS (
  SELECT
    account_id, kind, identifier, "at" // 86400000000 AS day, session_id,
    max(ip_version) AS ip_version, min("at") AS first_seen, max("at") AS last_seen, sum(coalesce(count, 1))::bigint AS n
  FROM observed
  GROUP BY account_id, kind, identifier, "at" // 86400000000, session_id
), days AS (
  SELECT
    account_id, kind, identifier, max(ip_version) AS ip_version, min(first_seen) AS first_seen,
    max(last_seen) AS last_seen, sum(n)::bigint AS n, count(session_id) AS sessions
  FROM acts
  GROUP BY account_id, kind, identifier, day
)
SELECT
  account_id AS account_id, kind AS kind, identifier AS identifier, max(ip_version) AS ip_version,
  min(first_seen) // 1000000 AS first_seen, max(last_seen) // 1000000 AS last_seen,
  least(sum(n), 2147483647)::int AS n, least(sum(sessions), 2147483647)::int AS sessions, count(*)::int AS days
FROM days
GROUP BY account_id, kind, identifier
ORDER BY account_id, kind, identifier
