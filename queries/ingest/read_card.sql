-- A processor's card token: never a card number.
CREATE OR REPLACE MACRO read_card(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN value END,
  'fault': CASE
    WHEN length(value) > 8000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
