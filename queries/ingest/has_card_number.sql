-- Whether a card number stands somewhere in a text, in one piece or in groups parted by single spaces, hyphens or dots.
-- Every sequence of whole groups is tried, so that a date or an amount before the number does not hide it.
CREATE OR REPLACE MACRO has_card_number(value) AS (
  CASE
    WHEN length(value) >= 13 AND regexp_matches(value, '[0-9](?:[ .\-]?[0-9]){12}') THEN
      len(list_filter(
        flatten(list_transform(
          digit_runs(without_machine_words(value)),
          lambda groups : flatten(list_transform(
            range(1, len(groups) + 1),
            lambda first : list_transform(
              range(first, least(first + 18, len(groups)) + 1),
              lambda last : array_to_string(groups[first:last], '')
            )
          ))
        )),
        lambda digits : is_card_number(digits)
      )) > 0
    ELSE FALSE
  END
)
