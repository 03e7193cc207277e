-- A code such as a country or a currency, in capitals.
CREATE OR REPLACE MACRO read_code(value) AS {
  'value': upper(value),
  'fault': CASE
    WHEN length(value) > 64 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
  END
}
