-- Things each account used for the first time, lately and before, and how many days it has been known (at least one).
-- `cards_past`, `devices_past`: first used before the last month.
-- returns: account, cards_14, cards_30, cards_180, cards_past, devices_30, devices_past, wallets_30, days
SELECT
  roster.id AS account,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.fortnight) AS cards_14,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.month) AS cards_30,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.half_year) AS cards_180,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 < spans.month) AS cards_past,
  count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 >= spans.month) AS devices_30,
  count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 < spans.month) AS devices_past,
  count(*) FILTER (WHERE used.kind = 'wallet' AND used.first_seen * 1000000 >= spans.month) AS wallets_30,
  greatest(1, (spans.as_of // 1000000 - least(min(used.first_seen), coalesce(any_value(roster.created_at), min(used.first_seen))))
    // 86400) AS days
FROM used
JOIN roster ON roster.account_id = used.account_id
CROSS JOIN spans
GROUP BY roster.id, spans.as_of
ORDER BY account
