-- Epoch microseconds of a text: ISO 8601, or a number that is multiplied by `factor` (microseconds in one unit).
-- A time without an offset is read as UTC; whether that is allowed is for the caller to say.
CREATE OR REPLACE MACRO time_of(value, factor) AS (
  CASE
    WHEN regexp_full_match(value, '-?[0-9]{1,20}(\.[0-9]*)?') THEN
      TRY_CAST(floor(TRY_CAST(value AS DECIMAL(38, 9)) * CAST(factor AS DECIMAL(10, 3))) AS BIGINT)
    WHEN is_naive_time(value) THEN epoch_us(TRY_CAST(upper(value) AS TIMESTAMP))
    WHEN regexp_full_match(value, '\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)') THEN
      epoch_us(TRY_CAST(upper(value) AS TIMESTAMP WITH TIME ZONE))
  END
)
