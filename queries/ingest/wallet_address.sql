-- The address in `chain:address[:memo]`, in the one spelling of its chain family: hexadecimal and bech32 addresses are
-- case-blind, base58 ones are not. A scheme before the address repeats the chain and is dropped.
CREATE OR REPLACE MACRO wallet_address(value) AS (
  CASE
    WHEN regexp_matches(wallet_part(value, 2), '^(0[xX][0-9a-fA-F]{40,64}|[bB][cC]1[a-zA-Z0-9]+|[lL][tT][cC]1[a-zA-Z0-9]+)$')
      THEN lower(wallet_part(value, 2))
    ELSE wallet_part(value, 2)
  END
)
