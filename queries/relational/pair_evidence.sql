-- Pairs of accounts of different owners, with evidence in 1/1024 bit: the best of each family, summed over the families;
-- `firm` is the same without IP addresses. An identifier is worth its level by degree, less gap and age penalties; a family
-- worth nothing is none. A sign between two accounts is worth the level of its value, and at most what chance leaves of it.
-- returns: a, b, units, firm, families, access, instrument, wallet, document, proof, contact, stem, synchrony, money, trade, referral
WITH shared AS (
  SELECT
    shared_uses.a AS a, shared_uses.b AS b, kinds.family AS family, kinds.is_ip AS is_ip,
    greatest(0, degree_levels.units + gap_levels.units + age_levels.units)::int AS units
  FROM shared_uses
  JOIN kinds ON kinds.code = shared_uses.code
  JOIN degree_levels ON degree_levels.code = shared_uses.code AND degree_levels.degree = shared_uses.degree
  JOIN gap_levels ON gap_levels.days = shared_uses.gap
  JOIN age_levels ON age_levels.code = shared_uses.code AND age_levels.days = shared_uses.age
  UNION ALL
  SELECT pair_signs.a, pair_signs.b, signs.family, false, greatest(0, least(pair_signs.most, sign_levels.units))::int
  FROM pair_signs
  JOIN signs ON signs.code = pair_signs.sign
  JOIN sign_levels ON sign_levels.code = pair_signs.sign AND sign_levels.value = least(pair_signs.value, signs.top)
), families AS (
  SELECT
    a, b,
    coalesce(max(units) FILTER (WHERE family = 'access'), 0)::int AS access,
    coalesce(max(units) FILTER (WHERE family = 'access' AND NOT is_ip), 0)::int AS access_firm,
    coalesce(max(units) FILTER (WHERE family = 'instrument'), 0)::int AS instrument,
    coalesce(max(units) FILTER (WHERE family = 'wallet'), 0)::int AS wallet,
    coalesce(max(units) FILTER (WHERE family = 'document'), 0)::int AS document,
    coalesce(max(units) FILTER (WHERE family = 'proof'), 0)::int AS proof,
    coalesce(max(units) FILTER (WHERE family = 'contact'), 0)::int AS contact,
    coalesce(max(units) FILTER (WHERE family = 'stem'), 0)::int AS stem,
    coalesce(max(units) FILTER (WHERE family = 'synchrony'), 0)::int AS synchrony,
    coalesce(max(units) FILTER (WHERE family = 'money'), 0)::int AS money,
    coalesce(max(units) FILTER (WHERE family = 'trade'), 0)::int AS trade,
    coalesce(max(units) FILTER (WHERE family = 'referral'), 0)::int AS referral
  FROM shared
  WHERE units > 0
  GROUP BY a, b
), owned AS MATERIALIZED (
  -- One owner at a time: the engine may else compare the owners of every two accounts first.
  SELECT families.*, roster.owner AS left_owner
  FROM families
  JOIN roster ON roster.id = families.a
)
SELECT
  families.a AS a, families.b AS b,
  access + instrument + wallet + document + proof + contact + stem + synchrony + money + trade + referral AS units,
  access_firm + instrument + wallet + document + proof + contact + stem + synchrony + money + trade + referral AS firm,
  ((access > 0)::int + (instrument > 0)::int + (wallet > 0)::int + (document > 0)::int + (proof > 0)::int + (contact > 0)::int
    + (stem > 0)::int + (synchrony > 0)::int + (money > 0)::int + (trade > 0)::int + (referral > 0)::int)::smallint AS families,
  access AS access, instrument AS instrument, wallet AS wallet, document AS document, proof AS proof, contact AS contact,
  stem AS stem, synchrony AS synchrony, money AS money, trade AS trade, referral AS referral
FROM owned AS families
JOIN roster ON roster.id = families.b
WHERE families.left_owner <> roster.owner
ORDER BY a, b
