-- Links that carry nothing any more: people ruled the account apart from everybody else on the identifier.
-- returns: account, identifier
WITH parted AS (
  SELECT a AS account, b AS other, identifier FROM apart WHERE identifier IS NOT NULL
  UNION
  SELECT b, a, identifier FROM apart WHERE identifier IS NOT NULL
), users AS (
  SELECT identifier, count(*) AS accounts
  FROM evidence_links
  WHERE identifier IN (SELECT identifier FROM parted)
  GROUP BY identifier
)
SELECT parted.account AS account, parted.identifier AS identifier
FROM parted
JOIN users ON users.identifier = parted.identifier
GROUP BY parted.account, parted.identifier, users.accounts
HAVING count(*) = users.accounts - 1
ORDER BY account, identifier
