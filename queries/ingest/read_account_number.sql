-- A bank account or document number: in capitals, without spaces and punctuation.
CREATE OR REPLACE MACRO read_account_number(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN
    nullif(regexp_replace(upper(value), '[\s.\-/_·]+', '', 'g'), '') END,
  'card': coalesce(is_card_number(regexp_replace(value, '[ \-]', '', 'g')), FALSE),
  'fault': CASE WHEN length(value) > 512 THEN 'too_long' WHEN is_placeholder(value) THEN 'placeholder' END
}
