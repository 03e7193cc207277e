-- Disputes about each account's own payments and orders in the longest window, and how many of those it had. A takeover
-- report makes a victim and a chargeback with a reason code is a label: neither is counted as behaviour.
-- returns: account, disputes, events
WITH claims AS (
  SELECT account_id, count(*) AS disputes
  FROM disputes
  CROSS JOIN spans
  WHERE opened_at >= spans.half_year AND kind <> 'takeover_report' AND NOT (kind = 'chargeback' AND reason_code IS NOT NULL)
  GROUP BY account_id
), events AS (
  SELECT account_id, count(*) AS events
  FROM (
    SELECT account_id, "at" FROM payments
    UNION ALL
    SELECT buyer_id, "at" FROM p2p_orders
    UNION ALL
    SELECT seller_id, "at" FROM p2p_orders
  ) AS acts
  CROSS JOIN spans
  WHERE "at" >= spans.half_year
  GROUP BY account_id
)
SELECT roster.id AS account, claims.disputes AS disputes, greatest(claims.disputes, coalesce(events.events, 0))::bigint AS events
FROM claims
JOIN roster ON roster.account_id = claims.account_id
LEFT JOIN events ON events.account_id = claims.account_id
ORDER BY account
