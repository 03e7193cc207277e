-- Signs between accounts of different owners, of all families: value of the sign, and the most it can be worth in 1/1024 bit.
-- returns: a, b, sign, value, most
SELECT
  synchrony_signs.a AS a, synchrony_signs.b AS b, synchrony_signs.sign AS sign, synchrony_signs.value AS value,
  synchrony_signs.most AS most
FROM synchrony_signs
JOIN roster AS left_account ON left_account.id = synchrony_signs.a
JOIN roster AS right_account ON right_account.id = synchrony_signs.b
WHERE left_account.owner <> right_account.owner
ORDER BY a, b, sign
