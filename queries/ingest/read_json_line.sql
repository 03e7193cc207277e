-- One line of JSON Lines, trimmed: its fault, the texts at the given pointers, and the keys it has.
CREATE OR REPLACE MACRO read_json_line(line, pointers) AS {
  'fault': CASE
    WHEN NOT starts_with(line, '{') OR NOT json_valid(line) THEN 'bad_json'
    WHEN (contains(substr(line, 2), '{') OR contains(line, '['))
      AND list_has_any(json_type(line, pointers), ['OBJECT', 'ARRAY']) THEN 'nested_value'
  END,
  'texts': CASE WHEN json_valid(line) THEN json_extract_string(line, pointers) END,
  'keys': CASE WHEN starts_with(line, '{') AND json_valid(line) THEN json_keys(line) END
}
