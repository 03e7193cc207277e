-- A short text kept in clear; nothing that holds a card number is kept.
CREATE OR REPLACE MACRO read_text(value) AS {
  'value': value,
  'fault': CASE
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
  END
}
