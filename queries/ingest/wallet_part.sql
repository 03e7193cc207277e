-- Part 1 (chain), 2 (address) or 3 (memo, with further colons) of `chain:address[:memo]`; without colon all is address.
CREATE OR REPLACE MACRO wallet_part(value, place) AS (
  CASE
    WHEN NOT contains(value, ':') THEN CASE WHEN place = 2 THEN value ELSE '' END
    ELSE trim(regexp_extract(
      regexp_replace(value, '^([^:]*):\s*(?:bitcoincash|ecash|kaspa|bitcoin|litecoin|ethereum|tron|stellar|ripple):', '\1:'),
      '^([^:]*):([^:]*)(?::(?s:(.*)))?$', place))
  END
)
