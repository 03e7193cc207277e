-- A telephone number of 5 to 15 digits; other things in the column are not one.
CREATE OR REPLACE MACRO read_phone(value) AS {
  'value': CASE WHEN regexp_full_match(phone_form(value), '\+[0-9]{5,15}') AND NOT is_placeholder(value) THEN
    phone_form(value) END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN length(value) > 512 THEN 'too_long'
    WHEN is_placeholder(value) THEN 'placeholder'
    WHEN NOT regexp_full_match(phone_form(value), '\+[0-9]{5,15}') THEN 'malformed'
  END
}
