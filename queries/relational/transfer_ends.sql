-- Transfers in a fixed order, as a table whose receivers can be exchanged.
-- returns: from_account_id, to_account_id, at, amount, currency
SELECT from_account_id AS from_account_id, to_account_id AS to_account_id, "at" AS "at", amount AS amount, currency AS currency
FROM transfers
ORDER BY from_account_id, to_account_id, "at", amount, currency
