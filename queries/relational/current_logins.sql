-- Logins as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: account_id, at, session_id, device, fingerprint, ip, ip_version, result, security_change
SELECT
  account_id AS account_id, "at" AS "at", session_id AS session_id, device AS device, fingerprint AS fingerprint,
  ip AS ip, ip_version AS ip_version, result AS result,
  security_change AS security_change
FROM ledger_logins, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of AND "at" <= as_of
UNION ALL
SELECT
  account_id AS account_id, "at" AS "at", session_id AS session_id, device AS device, fingerprint AS fingerprint,
  ip AS ip, ip_version AS ip_version, result AS result,
  security_change AS security_change
FROM (
  SELECT
    account_id AS account_id, "at" AS "at", session_id AS session_id, device AS device, fingerprint AS fingerprint,
    ip AS ip, ip_version AS ip_version, result AS result,
    security_change AS security_change, deleted AS deleted, as_of AS as_of,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_logins, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted AND "at" <= as_of
