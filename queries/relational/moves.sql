-- Money in and out of each account in the longest window, payments that were made and transfers; amounts in millionths.
-- A transfer is one move out and one move in. `fiat`: paid in by card or bank, so that it can be called back.
-- returns: account, at, inflow, fiat, currency, amount, other
WITH moved AS (
  SELECT
    account_id, "at", direction = 'in' AS inflow, direction = 'in' AND rail <> 'crypto' AS fiat, currency, amount,
    coalesce(instrument, wallet) AS other
  FROM payments
  CROSS JOIN spans
  WHERE "at" >= spans.half_year AND lower(coalesce(status, '')) NOT IN (SELECT word FROM declined_words)
  UNION ALL
  SELECT to_account_id, "at", TRUE, FALSE, currency, amount, from_account_id
  FROM transfers
  CROSS JOIN spans
  WHERE "at" >= spans.half_year AND from_account_id <> to_account_id
  UNION ALL
  SELECT from_account_id, "at", FALSE, FALSE, currency, amount, to_account_id
  FROM transfers
  CROSS JOIN spans
  WHERE "at" >= spans.half_year AND from_account_id <> to_account_id
)
SELECT
  roster.id AS account, moved."at" AS "at", moved.inflow AS inflow, moved.fiat AS fiat, moved.currency AS currency,
  floor(moved.amount * 1000000)::hugeint AS amount, moved.other AS other
FROM moved
JOIN roster ON roster.account_id = moved.account_id
ORDER BY account, "at", inflow, fiat, currency, amount, other
