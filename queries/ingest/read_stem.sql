-- The stem of an e-mail address, given as the stem itself or as an address.
CREATE OR REPLACE MACRO read_stem(value) AS {
  'value': stem_form(value),
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN length(value) > 512 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN stem_form(value) IS NULL THEN 'placeholder'
  END
}
