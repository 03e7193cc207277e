-- An identifier made by a machine: kept letter by letter, with the length that its token will have lost.
CREATE OR REPLACE MACRO read_opaque(value) AS {
  'value': CASE WHEN NOT is_placeholder(value) THEN value END,
  'length': CASE WHEN NOT is_placeholder(value) AND length(value) <= 8000 THEN length(value) END,
  'card': coalesce(is_card_number(value), FALSE),
  'fault': CASE WHEN length(value) > 8000 THEN 'too_long' WHEN is_placeholder(value) THEN 'placeholder' END
}
