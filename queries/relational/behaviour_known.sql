-- Which feeds and columns hold anything: a signal that needs another one cannot be evaluated. `used.KIND`: some account used
-- an identifier of that kind.
-- returns: name, known
SELECT 'used.card' AS name, EXISTS (SELECT 1 AS one FROM used WHERE kind = 'card') AS known
UNION ALL SELECT 'used.device', EXISTS (SELECT 1 FROM used WHERE kind = 'device')
UNION ALL SELECT 'used.wallet', EXISTS (SELECT 1 FROM used WHERE kind = 'wallet')
UNION ALL SELECT 'payments', EXISTS (SELECT 1 FROM payments)
UNION ALL SELECT 'payments.status', EXISTS (SELECT 1 FROM payments WHERE status IS NOT NULL)
UNION ALL SELECT 'p2p_orders', EXISTS (SELECT 1 FROM p2p_orders)
UNION ALL SELECT 'p2p_orders.payer', EXISTS (SELECT 1 FROM p2p_orders WHERE payer IS NOT NULL)
UNION ALL SELECT 'p2p_orders.payer_name', EXISTS (SELECT 1 FROM p2p_orders WHERE payer_name IS NOT NULL)
UNION ALL SELECT 'p2p_orders.proof', EXISTS (SELECT 1 FROM p2p_orders WHERE proof IS NOT NULL)
UNION ALL SELECT 'accounts.name', EXISTS (SELECT 1 FROM accounts WHERE name IS NOT NULL)
UNION ALL SELECT 'accounts.referrer_id', EXISTS (SELECT 1 FROM accounts WHERE referrer_id IS NOT NULL)
UNION ALL SELECT 'accounts.created_at', EXISTS (SELECT 1 FROM accounts WHERE created_at IS NOT NULL)
UNION ALL SELECT 'trades', EXISTS (SELECT 1 FROM trades)
UNION ALL SELECT 'disputes', EXISTS (SELECT 1 FROM disputes)
UNION ALL SELECT 'logins.result', EXISTS (SELECT 1 FROM logins WHERE result IS NOT NULL)
UNION ALL SELECT 'logins.security_change', EXISTS (SELECT 1 FROM logins WHERE security_change IS NOT NULL)
ORDER BY name
