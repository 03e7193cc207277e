-- A postal address, folded, without punctuation.
-- `form`: the value in `fold_text`.
CREATE OR REPLACE MACRO read_address(value, form) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN
    nullif(trim(regexp_replace(form, '[\s,.;:#\-/]+', ' ', 'g')), '') END,
  'fault': CASE
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
