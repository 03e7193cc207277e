-- How many observations are of a kind that the table of kinds does not have: they link nothing.
-- returns: observations
SELECT count(*) AS observations
FROM observations
WHERE kind NOT IN (SELECT kind FROM kinds)
