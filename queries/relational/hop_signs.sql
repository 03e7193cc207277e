-- Pairs of accounts of which one paid out to an address, and the other was paid from it soon after; value: how many accounts
-- paid to the address or were paid from it. An address of a crowd (an exchange, a payroll) is nobody's. `forth`: when a last
-- paid out, epoch seconds, `back`: when b did; 0: never.
-- returns: a, b, sign, value, most, forth, back
WITH recent AS (
  SELECT
    payments.wallet::uuid AS wallet, roster.id AS account, payments.direction = 'out' AS is_out, payments."at" AS "at"
  FROM payments
  CROSS JOIN sign_spans
  JOIN roster ON roster.account_id = payments.account_id
  WHERE payments.wallet IS NOT NULL AND payments."at" >= sign_spans.money_from
), wallets AS (
  SELECT recent.wallet AS wallet, count(DISTINCT recent.account) AS accounts
  FROM recent
  CROSS JOIN sign_spans
  GROUP BY recent.wallet, sign_spans.hop_cap
  HAVING count(DISTINCT recent.account) BETWEEN 2 AND sign_spans.hop_cap AND bool_or(recent.is_out) AND NOT bool_and(recent.is_out)
), moves AS (
  SELECT DISTINCT recent.wallet AS wallet, recent.account AS account, recent.is_out AS is_out, recent."at" AS "at"
  FROM recent
  JOIN wallets ON wallets.wallet = recent.wallet
), hops AS (
  SELECT
    least(paid_out.account, paid_in.account) AS a, greatest(paid_out.account, paid_in.account) AS b,
    min(wallets.accounts) AS accounts,
    max(paid_out."at") FILTER (WHERE paid_out.account < paid_in.account) AS forth,
    max(paid_out."at") FILTER (WHERE paid_out.account > paid_in.account) AS back
  FROM moves AS paid_in
  JOIN moves AS paid_out ON paid_out.wallet = paid_in.wallet AND paid_out.account <> paid_in.account
  JOIN wallets ON wallets.wallet = paid_in.wallet
  CROSS JOIN sign_spans
  WHERE paid_out.is_out AND NOT paid_in.is_out
    AND paid_in."at" > paid_out."at" AND paid_in."at" - paid_out."at" <= sign_spans.hop_time
  GROUP BY a, b
)
SELECT hops.a AS a, hops.b AS b, signs.code AS sign, hops.accounts::int AS value, 2147483647::int AS most,
  coalesce(hops.forth, 0) // 1000000 AS forth, coalesce(hops.back, 0) // 1000000 AS back
FROM hops
JOIN signs ON signs.sign = 'hop'
ORDER BY a, b, sign
