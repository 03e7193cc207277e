-- A postal address, folded, without punctuation.
CREATE OR REPLACE MACRO read_address(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN
    nullif(trim(regexp_replace(fold_text(value), '[\s,.;:#\-/]+', ' ', 'g')), '') END,
  'fault': CASE
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
