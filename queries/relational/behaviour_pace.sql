-- Things each account used for the first time, lately and before, and how many days it has been known (at least one).
-- `fresh_`: those of the longest window, each fading with age, in 1/1024; `_past`: first used before the last month.
-- returns: account, fresh_cards, cards_14, cards_30, cards_180, cards_past, fresh_devices, devices_30, devices_180
-- returns: devices_past, fresh_wallets, wallets_180, days
SELECT
  roster.id AS account,
  coalesce(sum(fading.units) FILTER (WHERE used.kind = 'card'), 0)::bigint AS fresh_cards,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.fortnight) AS cards_14,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.month) AS cards_30,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 >= spans.half_year) AS cards_180,
  count(*) FILTER (WHERE used.kind = 'card' AND used.first_seen * 1000000 < spans.month) AS cards_past,
  coalesce(sum(fading.units) FILTER (WHERE used.kind = 'device'), 0)::bigint AS fresh_devices,
  count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 >= spans.month) AS devices_30,
  count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 >= spans.half_year) AS devices_180,
  count(*) FILTER (WHERE used.kind = 'device' AND used.first_seen * 1000000 < spans.month) AS devices_past,
  coalesce(sum(fading.units) FILTER (WHERE used.kind = 'wallet'), 0)::bigint AS fresh_wallets,
  count(*) FILTER (WHERE used.kind = 'wallet' AND used.first_seen * 1000000 >= spans.half_year) AS wallets_180,
  greatest(1, (spans.as_of // 1000000 - min(least(used.first_seen, coalesce(roster.created_at, used.first_seen)))) // 86400)
    AS days
FROM used
JOIN roster ON roster.account_id = used.account_id
CROSS JOIN spans
LEFT JOIN fading ON fading.days = greatest(0, spans.as_of // 1000000 - used.first_seen) // 86400
GROUP BY roster.id, spans.as_of
ORDER BY account
