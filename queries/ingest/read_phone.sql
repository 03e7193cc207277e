-- A telephone number of 5 to 15 digits; other things in the column are not one.
-- `form`: the value in `phone_form`.
CREATE OR REPLACE MACRO read_phone(value, form) AS {
  'value': CASE WHEN regexp_full_match(form, '\+[0-9]{5,15}') AND NOT is_placeholder(value) THEN form END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN length(value) > 512 THEN 'too_long'
    WHEN is_placeholder(value) THEN 'placeholder'
    WHEN NOT regexp_full_match(form, '\+[0-9]{5,15}') THEN 'malformed'
  END
}
