-- An IP address: what links accounts (IPv4 whole, IPv6 by its /64 network), the exact address where it is another,
-- the version, and
-- as a number the IPv4 address or the first half of the IPv6 one. `form`: the address in `ip_form`.
CREATE OR REPLACE MACRO read_ip(value, form) AS {
  'value': CASE
    WHEN is_private_ip(form) THEN NULL
    WHEN contains(form, '.') THEN form
    ELSE left(form, 19) || '::/64'
  END,
  'exact': CASE WHEN NOT is_private_ip(form) AND NOT contains(form, '.') THEN form END,
  'version': CASE WHEN is_private_ip(form) THEN NULL WHEN contains(form, '.') THEN 4 WHEN form IS NOT NULL THEN 6 END,
  'number': CASE
    WHEN contains(form, '.') THEN ip_number(form)
    ELSE CAST('0x' || replace(left(form, 19), ':', '') AS UBIGINT)
  END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN form IS NULL THEN CASE WHEN is_placeholder(value) THEN 'placeholder' ELSE 'bad_ip' END
    WHEN is_private_ip(form) THEN 'private_address'
  END
}
