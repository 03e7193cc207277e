-- An id as it came. `card` says that it looks like a card number, which one long numeric id in ten does by chance.
CREATE OR REPLACE MACRO read_id(value) AS {
  'value': value,
  'card': coalesce(is_card_number(value), FALSE),
  'fault': CASE
    WHEN length(value) > 512 THEN 'too_long'
    WHEN lower(value) IN ('null', 'none', 'nil', 'nan', 'n/a', 'undefined') THEN 'missing_value'
  END
}
