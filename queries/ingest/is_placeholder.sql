-- Whether a value stands for "nothing": words of that meaning, or all zeros, all f, only punctuation.
CREATE OR REPLACE MACRO is_placeholder(value) AS (
  lower(value) IN (
    'null', 'none', 'nil', 'nan', 'n/a', 'na', 'undefined', 'unknown', '(null)', '<null>', '[null]', 'not available',
    'not provided', 'anonymous', 'redacted', '9774d56d682e549c', '020000000000', '02:00:00:00:00:00'
  )
  OR regexp_full_match(value, '(0x)?[0:.\-_ /?*#]+')
  OR regexp_full_match(lower(value), '[f:\-]{8,}')
)
