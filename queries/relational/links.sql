-- The public table of pairs: those whose probability passes the threshold, with bits by family, the identifiers that are
-- evidence, and the signs, each as 'family:sign x value', and what each of them is worth alone.
-- returns: account_a, account_b, bits, probability, families, shared, shared_bits
WITH shared AS (
  SELECT
    kept_pairs.a AS a, kept_pairs.b AS b, shared_uses.identifier AS identifier,
    degree_levels.units + gap_levels.units + age_levels.units AS units
  FROM kept_pairs
  JOIN shared_uses ON shared_uses.a = kept_pairs.a AND shared_uses.b = kept_pairs.b
  JOIN degree_levels ON degree_levels.code = shared_uses.code AND degree_levels.degree = shared_uses.degree
  JOIN gap_levels ON gap_levels.days = shared_uses.gap
  JOIN age_levels ON age_levels.code = shared_uses.code AND age_levels.days = shared_uses.age
), named AS (
  SELECT shared.a AS a, shared.b AS b, identifiers_named.kind || ':' || identifiers_named.identifier AS name,
    shared.units AS units
  FROM shared
  JOIN identifiers_named ON identifiers_named.id = shared.identifier
  WHERE shared.units > 0
  UNION ALL
  SELECT pair_signs.a, pair_signs.b, signs.family || ':' || signs.sign || ' x ' || pair_signs.value,
    least(pair_signs.most, sign_levels.units)
  FROM pair_signs
  JOIN kept_pairs ON kept_pairs.a = pair_signs.a AND kept_pairs.b = pair_signs.b
  JOIN signs ON signs.code = pair_signs.sign
  JOIN sign_levels ON sign_levels.code = pair_signs.sign AND sign_levels.value = least(pair_signs.value, signs.top)
  WHERE least(pair_signs.most, sign_levels.units) > 0
), name_lists AS (
  SELECT a, b, list_sort(list({'name': name, 'bits': units / 1024.0})) AS shared FROM named GROUP BY a, b
)
SELECT
  left_account.account_id AS account_a, right_account.account_id AS account_b, kept_pairs.units / 1024.0 AS bits,
  kept_pairs.probability AS probability,
  list_sort(list_transform(
    list_filter([
      {'family': 'access', 'units': access}, {'family': 'instrument', 'units': instrument}, {'family': 'wallet', 'units': wallet},
      {'family': 'document', 'units': document}, {'family': 'proof', 'units': proof}, {'family': 'contact', 'units': contact},
      {'family': 'stem', 'units': stem}, {'family': 'synchrony', 'units': synchrony}, {'family': 'money', 'units': money},
      {'family': 'trade', 'units': trade}, {'family': 'referral', 'units': referral}
    ], lambda each: each.units > 0),
    lambda each: each.family || '=' || round(each.units / 1024.0, 2)::varchar)) AS families,
  list_transform(coalesce(name_lists.shared, []), lambda each: each.name) AS shared,
  list_transform(coalesce(name_lists.shared, []), lambda each: each.bits) AS shared_bits
FROM kept_pairs
LEFT JOIN name_lists ON name_lists.a = kept_pairs.a AND name_lists.b = kept_pairs.b
JOIN roster AS left_account ON left_account.id = kept_pairs.a
JOIN roster AS right_account ON right_account.id = kept_pairs.b
ORDER BY account_a, account_b
