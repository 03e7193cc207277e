-- A crypto address given as `chain:address[:memo]`: one wallet per chain, address and memo;
-- `key`: without the memo, but whether there is one.
CREATE OR REPLACE MACRO read_wallet(value) AS {
  'value': CASE WHEN wallet_address(value) <> '' AND NOT is_placeholder(wallet_address(value)) THEN
    lower(wallet_part(value, 1)) || ':' || wallet_address(value)
    || CASE WHEN wallet_part(value, 3) IN ('', 'null', 'none') THEN '' ELSE ':' || wallet_part(value, 3) END END,
  'has_memo': CASE WHEN wallet_address(value) <> '' AND NOT is_placeholder(wallet_address(value)) THEN
    wallet_part(value, 3) NOT IN ('', 'null', 'none') END,
  'key': CASE WHEN wallet_address(value) <> '' AND NOT is_placeholder(wallet_address(value)) THEN
    lower(wallet_part(value, 1)) || ':' || wallet_address(value)
    || CASE WHEN wallet_part(value, 3) IN ('', 'null', 'none') THEN '' ELSE '+' END END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN wallet_address(value) = '' OR is_placeholder(wallet_address(value)) THEN 'placeholder'
  END
}
