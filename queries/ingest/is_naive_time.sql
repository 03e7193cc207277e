-- Whether a text is a date or a date with a time, without an offset.
CREATE OR REPLACE MACRO is_naive_time(value) AS (
  regexp_full_match(value, '\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?')
)
