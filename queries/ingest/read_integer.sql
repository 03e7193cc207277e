-- A whole number between two bounds, both included; "7.0" is 7.
CREATE OR REPLACE MACRO read_integer(value, low, high) AS {
  'value': CASE WHEN regexp_full_match(value, '[+-]?[0-9]{1,18}(\.0*)?')
    AND CAST(regexp_extract(value, '[+-]?[0-9]+') AS BIGINT) BETWEEN low AND high THEN
    CAST(regexp_extract(value, '[+-]?[0-9]+') AS BIGINT) END,
  'fault': CASE
    WHEN NOT regexp_full_match(value, '[+-]?[0-9]{1,18}(\.0*)?') THEN 'bad_integer'
    WHEN CAST(regexp_extract(value, '[+-]?[0-9]+') AS BIGINT) NOT BETWEEN low AND high THEN 'bad_integer'
  END
}
