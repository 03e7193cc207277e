-- Rows that are really there, table by table; a pair is stored under both its ends.
-- returns: name, rows
SELECT 'accounts' AS name, count(account_no) AS rows FROM accounts
UNION ALL SELECT 'identifiers' AS name, count(identifier_no) AS rows FROM identifiers
UNION ALL SELECT 'rings' AS name, count(ring_no) AS rows FROM rings
UNION ALL SELECT 'used' AS name, count(account_no) AS rows FROM used
UNION ALL SELECT 'ring_members' AS name, count(ring_no) AS rows FROM ring_members
UNION ALL SELECT 'links' AS name, count(account_no) // 2 AS rows FROM pairs
UNION ALL SELECT 'contributions' AS name, count(account_no) AS rows FROM contributions
UNION ALL SELECT 'ring_events' AS name, count(ring_id) AS rows FROM ring_events
ORDER BY name
LIMIT 100
