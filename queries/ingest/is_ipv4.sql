-- Whether a text is an IPv4 address in its one canonical form (no leading zeros, no port).
CREATE OR REPLACE MACRO is_ipv4(value) AS (
  regexp_full_match(value, '((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])')
)
