-- The mailbox behind an e-mail address: small letters, no plus tag; dots and the second domain of Gmail do not count.
CREATE OR REPLACE MACRO email_form(value) AS (
  CASE
    WHEN regexp_full_match(lower(value), '[^@\s]+@(gmail|googlemail)\.com') THEN
      replace(regexp_extract(lower(value), '^([^@+]*)', 1), '.', '') || '@gmail.com'
    WHEN regexp_full_match(lower(value), '[^@\s]+@[^@\s]+') THEN
      regexp_extract(lower(value), '^([^@+]*)', 1) || '@' || rtrim(regexp_extract(lower(value), '@(.*)$', 1), '.')
  END
)
