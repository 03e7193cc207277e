-- The network an address belongs to, kept in clear; `key`: its number, with or without AS before it.
CREATE OR REPLACE MACRO read_asn(value) AS {
  'value': value,
  'key': nullif(regexp_extract(upper(value), '^(?:AS)?\s*0*([0-9]+)\b', 1), ''),
  'fault': CASE
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
  END
}
