-- What pairs of accounts of different owners show on which people have ruled: each identifier they share and each sign between them.
-- `confirmed`: both are fraud; else one was cleared, whatever the other is. Mere suspicion is no ruling, and a victim is rightly
-- linked to whoever took its account over.
-- returns: a, b, confirmed, is_sign, code, value, gap, age, most
WITH shown AS (
  SELECT a, b, false AS is_sign, code, degree AS value, gap, age, 0 AS most FROM shared_uses
  UNION ALL
  SELECT a, b, true, sign, value, 0, 0, most FROM pair_signs
), ruled AS (
  SELECT roster.id AS account, roster.owner AS owner, seeds.label AS label
  FROM roster
  LEFT JOIN seeds ON seeds.account = roster.id
)
SELECT
  shown.a AS a, shown.b AS b, coalesce(one.label <> 'cleared' AND other.label <> 'cleared', false) AS confirmed,
  shown.is_sign AS is_sign, shown.code AS code, shown.value::int AS value, shown.gap::int AS gap, shown.age::int AS age,
  shown.most::int AS most
FROM shown
JOIN ruled AS one ON one.account = shown.a
JOIN ruled AS other ON other.account = shown.b
WHERE one.owner <> other.owner
  AND (one.label = 'cleared' OR other.label = 'cleared'
    OR (one.label IN ('fraud', 'chargeback') AND other.label IN ('fraud', 'chargeback')))
ORDER BY a, b, is_sign, code, value, gap, age, most
