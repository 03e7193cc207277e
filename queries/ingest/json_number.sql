-- A number of a JSON line digit by digit: the parser has read it as a binary fraction, so its own text is looked up by
-- its key and taken where both mean the same number.
CREATE OR REPLACE MACRO json_number(line, extracted, pattern) AS (
  CASE
    WHEN regexp_full_match(extracted, '-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?')
      AND TRY_CAST(regexp_extract(line, pattern, 1) AS DOUBLE) = TRY_CAST(extracted AS DOUBLE)
      THEN regexp_extract(line, pattern, 1)
    ELSE extracted
  END
)
