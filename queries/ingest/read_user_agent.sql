-- A browser's or app's self-description, as it came; nothing that holds a card number is kept.
CREATE OR REPLACE MACRO read_user_agent(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN value END,
  'fault': CASE
    WHEN length(value) > 8000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
