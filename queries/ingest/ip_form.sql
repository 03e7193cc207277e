-- An IP address in one spelling: dotted IPv4 (also where IPv6 only wraps it), else eight full groups; NULL where it is none.
CREATE OR REPLACE MACRO ip_form(value) AS (
  CASE
    WHEN is_ipv4(value) THEN value
    WHEN is_ipv4(regexp_replace(lower(value), '^(0{1,4}:){5}ffff:|^::ffff:', '')) THEN
      regexp_replace(lower(value), '^(0{1,4}:){5}ffff:|^::ffff:', '')
    WHEN starts_with(ipv6_groups(lower(value)), '0000:0000:0000:0000:0000:ffff:') THEN
      array_to_string(list_transform(
        [31, 33, 36, 38],
        lambda place : CAST(CAST('0x' || substr(ipv6_groups(lower(value)), place, 2) AS INTEGER) AS VARCHAR)), '.')
    ELSE ipv6_groups(lower(value))
  END
)
