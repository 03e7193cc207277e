-- An IP address in one spelling: dotted IPv4 (also where IPv6 only wraps it), else eight full groups; NULL where it is none.
CREATE OR REPLACE MACRO ip_form(value) AS (
  CASE
    WHEN is_ipv4(value) THEN value
    WHEN contains(value, '.') THEN
      CASE WHEN is_ipv4(regexp_replace(lower(value), '^(0{1,4}:){5}ffff:|^::ffff:', '')) THEN
        regexp_replace(lower(value), '^(0{1,4}:){5}ffff:|^::ffff:', '') END
    WHEN contains(value, ':') THEN
      list_transform([ipv6_groups(lower(value))], lambda groups : unwrapped_ipv4(groups))[1]
  END
)
