-- The IPv4 address in eight groups that only wrap one (::ffff:0:0/96), dotted; else the groups.
CREATE OR REPLACE MACRO unwrapped_ipv4(groups) AS (
  CASE
    WHEN starts_with(groups, '0000:0000:0000:0000:0000:ffff:') THEN
      array_to_string(list_transform(
        [31, 33, 36, 38], lambda place : CAST(CAST('0x' || substr(groups, place, 2) AS INTEGER) AS VARCHAR)), '.')
    ELSE groups
  END
)
