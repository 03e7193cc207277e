-- What every account of the roster has done by the clock, counted plainly: what the baselines of the evaluation rank by.
-- `instruments` are cards, bank accounts and payers, `new_instruments` those first seen in the last 180 days; `moves`: transfers
-- and payments out, `received`: transfers in; `amount_out` is in whatever currencies there are.
-- returns: account, created_at, instruments, devices, links, new_instruments, moves, received, amount_out
WITH held AS (
  SELECT
    used.account_id AS account_id, count(*) AS links,
    count(*) FILTER (WHERE kinds.family = 'instrument') AS instruments,
    count(*) FILTER (WHERE used.kind = 'device') AS devices,
    count(*) FILTER (WHERE kinds.family = 'instrument' AND used.first_seen > clock.as_of // 1000000 - 180 * 86400)
      AS new_instruments
  FROM used
  JOIN kinds ON kinds.kind = used.kind
  CROSS JOIN clock
  GROUP BY used.account_id
), moved AS (
  SELECT from_account_id AS account_id, amount AS amount FROM transfers
  UNION ALL
  SELECT account_id, amount FROM payments WHERE direction = 'out'
), sums AS (
  SELECT account_id, count(*) AS moves, sum(amount) AS amount_out FROM moved GROUP BY account_id
), arrived AS (
  SELECT to_account_id AS account_id, count(*) AS received FROM transfers GROUP BY to_account_id
)
SELECT
  roster.id AS account, roster.created_at AS created_at,
  coalesce(held.instruments, 0) AS instruments, coalesce(held.devices, 0) AS devices, coalesce(held.links, 0) AS links,
  coalesce(held.new_instruments, 0) AS new_instruments, coalesce(sums.moves, 0) AS moves,
  coalesce(arrived.received, 0) AS received, coalesce(sums.amount_out, 0)::double AS amount_out
FROM roster
LEFT JOIN held ON held.account_id = roster.account_id
LEFT JOIN sums ON sums.account_id = roster.account_id
LEFT JOIN arrived ON arrived.account_id = roster.account_id
ORDER BY account
