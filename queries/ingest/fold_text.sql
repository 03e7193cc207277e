-- A text as people compare it: small letters, one space between words.
CREATE OR REPLACE MACRO fold_text(value) AS (
  nfc_normalize(trim(regexp_replace(replace(lower(value), 'ß', 'ss'), '[\s\pZ]+', ' ', 'g')))
)
