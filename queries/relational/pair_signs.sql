-- Signs between accounts of different owners, of all families: value of the sign, and the most it can be worth in 1/1024 bit;
-- none between two whom people ruled not to be one hand.
-- returns: a, b, sign, value, most
WITH found AS (
  SELECT a, b, sign, value, most FROM synchrony_signs
  UNION ALL
  SELECT a, b, sign, value, most FROM trade_signs
  UNION ALL
  SELECT a, b, sign, value, most FROM mirror_signs
  UNION ALL
  SELECT a, b, sign, value, most FROM transfer_signs
  UNION ALL
  SELECT a, b, sign, value, most FROM hop_signs
  UNION ALL
  SELECT a, b, sign, value, most FROM referral_signs
), owned AS MATERIALIZED (
  -- One owner at a time: the engine may else compare the owners of every two accounts first.
  SELECT
    found.a AS a, found.b AS b, found.sign AS sign, found.value AS value, found.most AS most, roster.owner AS left_owner
  FROM found
  JOIN roster ON roster.id = found.a
)
SELECT owned.a AS a, owned.b AS b, owned.sign AS sign, owned.value AS value, owned.most AS most
FROM owned
JOIN roster ON roster.id = owned.b
WHERE owned.left_owner <> roster.owner
  AND NOT EXISTS (SELECT 1 FROM apart WHERE apart.a = owned.a AND apart.b = owned.b AND apart.identifier IS NULL)
ORDER BY a, b, sign
