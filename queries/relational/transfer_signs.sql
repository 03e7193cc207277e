-- Pairs of accounts between which money went directly; value: how many others the one with more partners dealt with. `forth`: when
-- money last went from a to b, epoch seconds, `back`: from b to a; 0: never.
-- returns: a, b, sign, value, most, forth, back
WITH recent AS (
  SELECT
    least(sender.id, receiver.id) AS a, greatest(sender.id, receiver.id) AS b,
    max(transfers."at") FILTER (WHERE sender.id < receiver.id) AS forth,
    max(transfers."at") FILTER (WHERE sender.id > receiver.id) AS back
  FROM transfers
  CROSS JOIN sign_spans
  JOIN roster AS sender ON sender.account_id = transfers.from_account_id
  JOIN roster AS receiver ON receiver.account_id = transfers.to_account_id
  WHERE transfers."at" >= sign_spans.money_from AND sender.id <> receiver.id
  GROUP BY least(sender.id, receiver.id), greatest(sender.id, receiver.id)
), partners AS (
  SELECT account, count(*) AS others
  FROM (SELECT a AS account FROM recent UNION ALL SELECT b FROM recent) AS ends
  GROUP BY account
)
SELECT
  recent.a AS a, recent.b AS b, signs.code AS sign, greatest(one.others, other.others)::int AS value, 2147483647::int AS most,
  coalesce(recent.forth, 0) // 1000000 AS forth, coalesce(recent.back, 0) // 1000000 AS back
FROM recent
JOIN partners AS one ON one.account = recent.a
JOIN partners AS other ON other.account = recent.b
JOIN signs ON signs.sign = 'transfer'
ORDER BY a, b, sign
