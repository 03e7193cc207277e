-- Pairs of accounts between which people ruled something to be no evidence, and by which verdict: an identifier that both used,
-- or (null) all signs between the two. A refuted identifier parts all its accounts, a stolen one its holder from the others, a
-- shared one the group that shares it, and a verdict on two accounts parts them on everything.
-- returns: verdict_id, a, b, identifier
WITH told AS (
  SELECT verdict_id, verdict, kind, identifier, unnest(accounts) AS account_id
  FROM verdicts
  WHERE verdict IN ('shared_by', 'stolen_from') OR (verdict = 'not_evidence' AND kind IS NULL)
), named AS (
  SELECT told.verdict_id AS verdict_id, told.verdict AS verdict, told.kind AS kind, told.identifier AS identifier, roster.id AS account
  FROM told
  JOIN roster ON roster.account_id = told.account_id
), parted AS (
  SELECT one.verdict_id AS verdict_id, one.kind AS kind, one.identifier AS identifier, one.account AS a, other.account AS b
  FROM named AS one
  JOIN named AS other ON other.verdict_id = one.verdict_id AND other.account > one.account
  WHERE one.verdict <> 'stolen_from'
), shared AS (
  SELECT parted.verdict_id AS verdict_id, parted.a AS a, parted.b AS b, one.identifier AS identifier
  FROM parted
  JOIN evidence_links AS one ON one.account = parted.a
  JOIN evidence_links AS other ON other.account = parted.b AND other.identifier = one.identifier
  JOIN identifiers_named ON identifiers_named.id = one.identifier
  WHERE parted.kind IS NULL OR (parted.kind = identifiers_named.kind AND parted.identifier = identifiers_named.identifier)
), stolen AS (
  SELECT
    named.verdict_id AS verdict_id, least(mine.account, theirs.account) AS a, greatest(mine.account, theirs.account) AS b,
    mine.identifier AS identifier
  FROM named
  JOIN identifiers_named ON identifiers_named.kind = named.kind AND identifiers_named.identifier = named.identifier
  JOIN evidence_links AS mine ON mine.identifier = identifiers_named.id AND mine.account = named.account
  JOIN evidence_links AS theirs ON theirs.identifier = mine.identifier AND theirs.account <> mine.account
  WHERE named.verdict = 'stolen_from'
), refuted AS (
  SELECT verdicts.verdict_id AS verdict_id, one.account AS a, other.account AS b, one.identifier AS identifier
  FROM verdicts
  JOIN identifiers_named ON identifiers_named.kind = verdicts.kind AND identifiers_named.identifier = verdicts.identifier
  JOIN evidence_links AS one ON one.identifier = identifiers_named.id
  JOIN evidence_links AS other ON other.identifier = one.identifier AND other.account > one.account
  WHERE identifiers_named.refuted AND verdicts.verdict IN ('hub', 'not_evidence')
)
SELECT verdict_id AS verdict_id, a AS a, b AS b, identifier AS identifier FROM shared
UNION ALL
SELECT verdict_id, a, b, identifier FROM stolen
UNION ALL
SELECT verdict_id, a, b, identifier FROM refuted
UNION ALL
SELECT verdict_id, a, b, NULL FROM parted WHERE kind IS NULL
ORDER BY verdict_id, a, b, identifier
