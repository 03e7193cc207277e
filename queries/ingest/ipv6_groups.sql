-- The eight groups of an IPv6 address in any of its spellings, four hex digits each; NULL where it is none.
CREATE OR REPLACE MACRO ipv6_groups(value) AS (
  CASE
    WHEN regexp_full_match(value, '([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}') THEN
      array_to_string(list_transform(string_split(value, ':'), lambda part : lpad(part, 4, '0')), ':')
    WHEN regexp_full_match(value, '([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?::([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?')
      AND len(regexp_extract_all(value, '[0-9a-f]+')) <= 7 THEN
      array_to_string(list_transform(
        regexp_extract_all(split_part(value, '::', 1), '[0-9a-f]+')
        || list_transform(range(8 - len(regexp_extract_all(value, '[0-9a-f]+'))), lambda place : '0')
        || regexp_extract_all(split_part(value, '::', 2), '[0-9a-f]+'),
        lambda part : lpad(part, 4, '0')), ':')
  END
)
