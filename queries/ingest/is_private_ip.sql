-- Whether an address in `ip_form` says nothing about who is behind it: unspecified, own host, private, shared or link-local.
CREATE OR REPLACE MACRO is_private_ip(form) AS (
  CASE
    WHEN contains(form, '.') THEN
      regexp_matches(form, '^(0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2[0-9]|3[01])\.|^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|^255\.255\.255\.255$')
    ELSE regexp_matches(form, '^(0000:){7}000[01]$|^f[cd]|^fe[89ab]')
  END
)
