-- How many identifiers of each kind are too widely shared to count.
-- returns: kind, hubs
SELECT kind AS kind, count(*) AS hubs FROM identifiers_seen WHERE NOT counted GROUP BY kind ORDER BY kind
