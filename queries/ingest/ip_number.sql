-- An IPv4 address as a number.
CREATE OR REPLACE MACRO ip_number(form) AS (
  CAST(split_part(form, '.', 1) AS UBIGINT) * 16777216 + CAST(split_part(form, '.', 2) AS UBIGINT) * 65536
  + CAST(split_part(form, '.', 3) AS UBIGINT) * 256 + CAST(split_part(form, '.', 4) AS UBIGINT)
)
