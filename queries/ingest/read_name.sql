-- A person's name, folded, and its last word.
-- `form`: the value in `fold_text`.
CREATE OR REPLACE MACRO read_name(value, form) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN nullif(form, '') END,
  'surname': CASE WHEN NOT is_placeholder(value) THEN nullif(string_split(form, ' ')[-1], '') END,
  'fault': CASE
    WHEN length(value) > 2000 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
  END
}
