-- Signs between accounts of different owners, of all families: value of the sign, and the most it can be worth in 1/1024 bit.
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
)
SELECT found.a AS a, found.b AS b, found.sign AS sign, found.value AS value, found.most AS most
FROM found
JOIN roster AS left_account ON left_account.id = found.a
JOIN roster AS right_account ON right_account.id = found.b
WHERE left_account.owner <> right_account.owner
ORDER BY a, b, sign
