-- What lists say of identifiers at the clock: of each list, what its newest version known by then said when the value was seen.
-- returns: kind, identifier, name, list, source, checked
SELECT kind AS kind, identifier AS identifier, name AS name, list AS list, max(source) AS source, max(checked) AS checked
FROM (
  SELECT
    kind AS kind, identifier AS identifier, name AS name, list AS list, source AS source, checked AS checked,
    listed_until AS listed_until, as_of AS as_of,
    rank() OVER (PARTITION BY kind, identifier, list ORDER BY checked DESC) AS place
  FROM ledger_classes, clock
  WHERE known_at <= as_of
) AS ranked
WHERE place = 1 AND (listed_until IS NULL OR listed_until > as_of)
GROUP BY kind, identifier, name, list
ORDER BY kind, identifier, name, list
