-- One word of a closed list, in any case; `fault` is what a word outside the list is rejected as.
CREATE OR REPLACE MACRO read_choice(value, choices, outside) AS {
  'value': CASE WHEN list_contains(choices, lower(value)) THEN lower(value) END,
  'fault': CASE WHEN NOT list_contains(choices, lower(value)) THEN outside END
}
