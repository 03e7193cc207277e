-- When accounts logged in from an address or on a device that several used, hubs included, in the window of meetings.
-- `place`: number of the address or device; `second`: epoch seconds.
-- returns: place, second, account, is_ip
WITH places AS (
  SELECT
    (row_number() OVER (ORDER BY kind, identifier) - 1)::int AS place, kind = 'ip' AS is_ip, identifier::uuid AS token
  FROM used
  CROSS JOIN sign_spans
  WHERE kind IN ('ip', 'device') AND last_seen >= sign_spans.logins_from // 1000000
  GROUP BY kind, identifier
  HAVING count(*) >= 2
), recent AS (
  SELECT logins.account_id AS account_id, logins."at" // 1000000 AS second, logins.ip AS ip, logins.device AS device
  FROM logins
  CROSS JOIN sign_spans
  WHERE logins."at" >= sign_spans.logins_from
), shown AS (
  SELECT account_id, second, true AS is_ip, ip::uuid AS token FROM recent WHERE ip IS NOT NULL
  UNION ALL
  SELECT account_id, second, false, device::uuid FROM recent WHERE device IS NOT NULL
)
SELECT DISTINCT places.place AS place, shown.second AS second, roster.id AS account, places.is_ip AS is_ip
FROM shown
JOIN places ON places.token = shown.token AND places.is_ip = shown.is_ip
JOIN roster ON roster.account_id = shown.account_id
ORDER BY place, second, account
