-- Accounts that paid to an address under sanctions, or were paid from one.
-- returns: account_id, paid, received
SELECT
  payments.account_id AS account_id, bool_or(payments.direction = 'out') AS paid, bool_or(payments.direction = 'in') AS received
FROM payments
JOIN listed ON listed.kind = 'wallet' AND listed.name = 'sanctioned' AND listed.identifier = payments.wallet
GROUP BY payments.account_id
ORDER BY account_id
