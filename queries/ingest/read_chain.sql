-- The name of a blockchain, in small letters.
CREATE OR REPLACE MACRO read_chain(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN lower(value) END,
  'fault': CASE
    WHEN length(value) > 64 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
