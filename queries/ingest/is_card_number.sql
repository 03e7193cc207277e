-- Whether a run of digits is a full card number: 13 to 19 digits, a prefix that card schemes issue, a valid Luhn sum.
CREATE OR REPLACE MACRO is_card_number(digits) AS (
  CASE
    WHEN regexp_full_match(digits, '(4|5|6|2[2-7]|3[04-9]|35)[0-9]{11,18}') AND length(digits) BETWEEN 13 AND 19 THEN
      list_sum(list_transform(range(1, length(digits) + 1), lambda place :
        CASE
          WHEN place % 2 = 1 THEN CAST(substr(reverse(digits), place, 1) AS INTEGER)
          WHEN substr(reverse(digits), place, 1) > '4' THEN 2 * CAST(substr(reverse(digits), place, 1) AS INTEGER) - 9
          ELSE 2 * CAST(substr(reverse(digits), place, 1) AS INTEGER)
        END
      )) % 10 = 0
    ELSE FALSE
  END
)
