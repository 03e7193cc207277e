-- Which feeds and columns hold anything: a signal that needs another one cannot be evaluated. `used.KIND`: some account used
-- an identifier of that kind. `since`: epoch seconds of its first row, where it matters: before, nothing could be seen.
-- returns: name, since
SELECT 'used.' || kind AS name, min(first_seen) AS since FROM used GROUP BY kind
UNION ALL SELECT 'moves', min("at") // 1000000 FROM moves HAVING count(*) > 0
UNION ALL SELECT 'payments', min("at") // 1000000 FROM payments HAVING count(*) > 0
UNION ALL SELECT 'payments.status', 0 WHERE EXISTS (SELECT 1 FROM payments WHERE status IS NOT NULL)
UNION ALL SELECT 'p2p_orders', 0 WHERE EXISTS (SELECT 1 FROM p2p_orders)
UNION ALL SELECT 'p2p_orders.payer', 0 WHERE EXISTS (SELECT 1 FROM p2p_orders WHERE payer IS NOT NULL)
UNION ALL SELECT 'p2p_orders.payer_name', 0 WHERE EXISTS (SELECT 1 FROM p2p_orders WHERE payer_name IS NOT NULL)
UNION ALL SELECT 'p2p_orders.proof', 0 WHERE EXISTS (SELECT 1 FROM p2p_orders WHERE proof IS NOT NULL)
UNION ALL SELECT 'accounts.name', 0 WHERE EXISTS (SELECT 1 FROM accounts WHERE name IS NOT NULL)
UNION ALL SELECT 'accounts.referrer_id', 0 WHERE EXISTS (SELECT 1 FROM accounts WHERE referrer_id IS NOT NULL)
UNION ALL SELECT 'accounts.created_at', 0 WHERE EXISTS (SELECT 1 FROM accounts WHERE created_at IS NOT NULL)
UNION ALL SELECT 'trades', 0 WHERE EXISTS (SELECT 1 FROM trades)
UNION ALL SELECT 'disputes', 0 WHERE EXISTS (SELECT 1 FROM disputes)
UNION ALL SELECT 'logins.result', 0 WHERE EXISTS (SELECT 1 FROM logins WHERE result IS NOT NULL)
UNION ALL SELECT 'logins.security_change', 0 WHERE EXISTS (SELECT 1 FROM logins WHERE security_change IS NOT NULL)
ORDER BY name
