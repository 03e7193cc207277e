-- One word of a closed list, in any case; `fault` is what a word outside the list is rejected as.
CREATE OR REPLACE MACRO read_choice(value, choices, outside) AS {
  'value': lower(value),
  'fault': CASE WHEN NOT list_contains(choices, lower(value)) THEN outside END
}
