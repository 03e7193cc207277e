-- One line of JSON Lines: its fault, the texts at the given pointers, and the keys it has.
CREATE OR REPLACE MACRO read_json_line(line, pointers) AS {
  'fault': CASE
    WHEN NOT json_valid(line) THEN 'bad_json'
    WHEN json_type(line) <> 'OBJECT' THEN 'bad_json'
    WHEN list_has_any(json_type(line, pointers), ['OBJECT', 'ARRAY']) THEN 'nested_value'
  END,
  'texts': CASE WHEN json_valid(line) THEN json_extract_string(line, pointers) END,
  'keys': CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN json_keys(line) END
}
