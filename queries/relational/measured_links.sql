-- Who shares what, over all time: identifiers of 2 to 1,000 accounts. A more widely shared one says nothing of anybody.
-- returns: account, identifier, is_ip
WITH shared AS (
  SELECT kind, identifier, (row_number() OVER (ORDER BY kind, identifier) - 1)::int AS number
  FROM (SELECT kind, identifier FROM used GROUP BY kind, identifier HAVING count(*) BETWEEN 2 AND 1000) AS several
)
SELECT roster.id AS account, shared.number AS identifier, shared.kind = 'ip' AS is_ip
FROM used
JOIN shared ON shared.kind = used.kind AND shared.identifier = used.identifier
JOIN roster ON roster.account_id = used.account_id
ORDER BY account, identifier
