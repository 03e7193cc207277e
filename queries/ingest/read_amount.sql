-- A decimal amount, never through a binary fraction, rounded to 18 decimals.
CREATE OR REPLACE MACRO read_amount(value, negative_allowed) AS {
  'value': CASE WHEN regexp_full_match(value, '[+-]?[0-9]{1,20}(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?') THEN
    TRY_CAST(value AS DECIMAL(38, 18)) END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN NOT regexp_full_match(value, '[+-]?[0-9]{1,20}(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?') THEN 'bad_amount'
    WHEN TRY_CAST(value AS DECIMAL(38, 18)) IS NULL THEN 'bad_amount'
    WHEN TRY_CAST(value AS DECIMAL(38, 18)) < 0 AND NOT negative_allowed THEN 'negative_amount'
  END
}
