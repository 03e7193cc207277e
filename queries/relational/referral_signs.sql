-- Pairs of a referrer and those it brought: `referred`, value: how many it brought; and `swept`, where two of them (the referrer is
-- one too) soon sent money to the same account or address, or one to the other, value: how many of them did. An address or account
-- that others send to as well is no sweep.
-- returns: a, b, sign, value, most
WITH brought AS (
  SELECT
    referrer.id AS referrer, referee.id AS referee, coalesce(accounts.created_at, accounts.known_at) AS opened
  FROM accounts
  JOIN roster AS referee ON referee.account_id = accounts.account_id
  JOIN roster AS referrer ON referrer.account_id = accounts.referrer_id
  WHERE referrer.id <> referee.id
), sizes AS (
  SELECT referrer, count(*) AS referees, min(opened) AS first_opened FROM brought GROUP BY referrer
), circle AS (
  SELECT referrer, referee AS account, opened FROM brought
  UNION ALL
  SELECT referrer, referrer, first_opened FROM sizes
), sent AS (
  SELECT sender.id AS account, 'account:' || transfers.to_account_id AS target, receiver.id AS receiver, transfers."at" AS "at"
  FROM transfers
  JOIN roster AS sender ON sender.account_id = transfers.from_account_id
  JOIN roster AS receiver ON receiver.account_id = transfers.to_account_id
  WHERE sender.id <> receiver.id
  UNION ALL
  SELECT roster.id, 'wallet:' || payments.wallet, NULL, payments."at"
  FROM payments
  JOIN roster ON roster.account_id = payments.account_id
  WHERE payments.wallet IS NOT NULL AND payments.direction = 'out'
), swept AS (
  SELECT DISTINCT circle.referrer AS referrer, circle.account AS account, sent.target AS target, sent.receiver AS receiver
  FROM circle
  JOIN sent ON sent.account = circle.account
  CROSS JOIN sign_spans
  WHERE sent."at" >= circle.opened AND sent."at" - circle.opened <= sign_spans.sweep_time
), reach AS (
  SELECT sent.target AS target, count(DISTINCT sent.account) AS senders
  FROM sent
  SEMI JOIN swept ON swept.target = sent.target
  GROUP BY sent.target
), sweeps AS (
  SELECT swept.referrer AS referrer, swept.target AS target, any_value(reach.senders) AS senders
  FROM swept
  JOIN reach ON reach.target = swept.target
  CROSS JOIN sign_spans
  GROUP BY swept.referrer, swept.target, sign_spans.sweep_cap
  HAVING count(*) > 1 AND any_value(reach.senders) = count(*) AND count(*) <= sign_spans.sweep_cap
), ends AS (
  SELECT sweeps.referrer AS referrer, sweeps.target AS target, sweeps.senders AS senders, swept.account AS account
  FROM sweeps
  JOIN swept ON swept.referrer = sweeps.referrer AND swept.target = sweeps.target
  UNION
  SELECT sweeps.referrer, sweeps.target, sweeps.senders, swept.receiver
  FROM sweeps
  JOIN swept ON swept.referrer = sweeps.referrer AND swept.target = sweeps.target
  WHERE swept.receiver IS NOT NULL
), together AS (
  SELECT one.account AS a, other.account AS b, min(one.senders) AS value
  FROM ends AS one
  JOIN ends AS other ON other.referrer = one.referrer AND other.target = one.target AND other.account > one.account
  GROUP BY one.account, other.account
), found AS (
  SELECT least(brought.referrer, brought.referee) AS a, greatest(brought.referrer, brought.referee) AS b, 'referred' AS sign,
    sizes.referees AS value
  FROM brought
  JOIN sizes ON sizes.referrer = brought.referrer
  UNION ALL
  SELECT a, b, 'swept', value FROM together
)
SELECT found.a AS a, found.b AS b, signs.code AS sign, min(found.value)::int AS value, 2147483647::int AS most
FROM found
JOIN signs ON signs.sign = found.sign
GROUP BY found.a, found.b, signs.code
ORDER BY a, b, sign
