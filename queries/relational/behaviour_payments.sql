-- Payments of each account: lately and before, declined ones and the cards they were tried with, and amounts just below a
-- reporting limit.
-- returns: account, payments_30, payments_past, days, payments_180, declined, declined_cards, below_limit
SELECT
  roster.id AS account,
  count(*) FILTER (WHERE payments."at" >= spans.month) AS payments_30,
  count(*) FILTER (WHERE payments."at" < spans.month) AS payments_past,
  greatest(1, (spans.as_of - min(payments."at")) // 86400000000) AS days,
  count(*) FILTER (WHERE payments."at" >= spans.half_year) AS payments_180,
  count(*) FILTER (WHERE payments."at" >= spans.half_year AND declined_words.word IS NOT NULL) AS declined,
  count(DISTINCT payments.instrument)
    FILTER (WHERE payments."at" >= spans.half_year AND declined_words.word IS NOT NULL) AS declined_cards,
  count(*) FILTER (
    WHERE payments."at" >= spans.half_year AND declined_words.word IS NULL AND EXISTS (
      SELECT 1 FROM limits
      WHERE limits.currency = payments.currency AND payments.amount >= limits.near AND payments.amount < limits.amount
    )
  ) AS below_limit
FROM payments
JOIN roster ON roster.account_id = payments.account_id
LEFT JOIN declined_words ON declined_words.word = lower(payments.status)
CROSS JOIN spans
GROUP BY roster.id, spans.as_of
ORDER BY account
