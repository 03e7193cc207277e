-- Who pays what crowds share: accounts paid from it and paying to it, both ways, accounts it paid in a regular way (months with a
-- payment, never more than two in one), payments and declined ones.
-- returns: crowd, receivers, payers, both, regular, payments, declined
WITH moves AS (
  SELECT crowds.crowd AS crowd, payments.account_id AS account_id, payments.direction AS direction, payments.status AS status,
    strftime(make_timestamp(payments."at"), '%Y-%m') AS month
  FROM payments
  JOIN crowds ON crowds.kind = 'wallet' AND crowds.identifier = payments.wallet
  UNION ALL
  SELECT crowds.crowd, payments.account_id, payments.direction, payments.status, strftime(make_timestamp(payments."at"), '%Y-%m')
  FROM payments
  JOIN crowds ON crowds.kind = payments.rail AND crowds.kind IN ('card', 'bank') AND crowds.identifier = payments.instrument
), months AS (
  SELECT
    crowd AS crowd, account_id AS account_id, month AS month, count(*) AS payments,
    count(*) FILTER (WHERE direction = 'in') AS received, count(*) FILTER (WHERE direction = 'out') AS paid,
    count(*) FILTER (WHERE list_contains((SELECT declined_words FROM rule_bounds), lower(status))) AS declined
  FROM moves
  GROUP BY crowd, account_id, month
), each_account AS (
  SELECT
    crowd AS crowd, account_id AS account_id, sum(payments) AS payments, sum(declined) AS declined, sum(received) > 0 AS received,
    sum(paid) > 0 AS paid,
    count(*) FILTER (WHERE received > 0) >= (SELECT payroll_months FROM rule_bounds) AND max(received) <= 2 AS regular
  FROM months
  GROUP BY crowd, account_id
)
SELECT
  crowd AS crowd, count(*) FILTER (WHERE received) AS receivers, count(*) FILTER (WHERE paid) AS payers,
  count(*) FILTER (WHERE received AND paid) AS both, count(*) FILTER (WHERE regular) AS regular,
  sum(payments)::bigint AS payments, sum(declined)::bigint AS declined
FROM each_account
GROUP BY crowd
ORDER BY crowd
