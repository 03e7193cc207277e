-- Marks of a takeover in the longest window: `changed`: security settings changed; `failed`: logins that failed; `marks`: most
-- marks around one change, of: a device first seen in the three days before it though others are older; and a withdrawal
-- address first paid in the three days after it.
-- returns: account, changed, failed, marks
WITH acts AS (
  SELECT
    roster.id AS account, roster.account_id AS account_id, logins."at" AS "at", logins.security_change IS NOT NULL AS change,
    lower(coalesce(logins.result, '')) IN (SELECT word FROM declined_words) AS failed
  FROM logins
  JOIN roster ON roster.account_id = logins.account_id
  CROSS JOIN spans
  WHERE logins."at" >= spans.half_year
), changes AS (
  SELECT DISTINCT account, account_id, "at" FROM acts WHERE change AND NOT failed
), around AS (
  SELECT
    changes.account AS account, changes."at" AS "at",
    count(*) FILTER (
      WHERE used.kind = 'device' AND used.first_seen * 1000000 <= changes."at" AND used.first_seen * 1000000 > changes."at" - spans.hold
    ) AS new_devices,
    count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 <= changes."at" - spans.hold) AS old_devices,
    count(*) FILTER (
      WHERE used.kind = 'wallet' AND used.first_seen * 1000000 >= changes."at" AND used.first_seen * 1000000 < changes."at" + spans.hold
    ) AS new_wallets
  FROM changes
  JOIN used ON used.account_id = changes.account_id AND used.kind IN ('device', 'wallet')
  CROSS JOIN spans
  GROUP BY changes.account, changes."at"
), marked AS (
  SELECT account, max((new_devices > 0 AND old_devices > 0)::int + (new_wallets > 0)::int) AS marks FROM around GROUP BY account
), counted AS (
  SELECT account, count(*) FILTER (WHERE change AND NOT failed) AS changed, count(*) FILTER (WHERE failed) AS failed
  FROM acts
  WHERE change OR failed
  GROUP BY account
)
SELECT
  counted.account AS account, counted.changed AS changed, counted.failed AS failed, coalesce(marked.marks, 0)::bigint AS marks
FROM counted
LEFT JOIN marked ON marked.account = counted.account
ORDER BY account
