-- A truth value as any of the customary words.
CREATE OR REPLACE MACRO read_boolean(value) AS {
  'value': CASE
    WHEN lower(value) IN ('true', 't', 'yes', 'y', '1') THEN TRUE
    WHEN lower(value) IN ('false', 'f', 'no', 'n', '0') THEN FALSE
  END,
  'fault': CASE
    WHEN lower(value) NOT IN ('true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0') THEN 'bad_boolean'
  END
}
