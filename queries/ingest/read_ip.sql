-- An IP address: what links accounts (IPv4 whole, IPv6 by its /64 network), the exact address, and the version.
CREATE OR REPLACE MACRO read_ip(value) AS {
  'value': CASE
    WHEN is_private_ip(ip_form(value)) THEN NULL
    WHEN contains(ip_form(value), '.') THEN ip_form(value)
    ELSE left(ip_form(value), 19) || '::/64'
  END,
  'exact': CASE WHEN NOT is_private_ip(ip_form(value)) THEN ip_form(value) END,
  'version': CASE
    WHEN is_private_ip(ip_form(value)) THEN NULL
    WHEN contains(ip_form(value), '.') THEN 4
    WHEN ip_form(value) IS NOT NULL THEN 6
  END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN ip_form(value) IS NULL THEN CASE WHEN is_placeholder(value) THEN 'placeholder' ELSE 'bad_ip' END
    WHEN is_private_ip(ip_form(value)) THEN 'private_address'
  END
}
