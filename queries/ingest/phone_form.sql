-- The digits of a telephone number after a plus sign; a leading 00 is the plus sign.
CREATE OR REPLACE MACRO phone_form(value) AS (
  '+' || regexp_replace(regexp_replace(replace(value, '(0)', ''), '[\s().\-/+]+', '', 'g'), '^00', '')
)
