-- On how many devices and from how many addresses the fingerprints of crowds were seen.
-- returns: crowd, devices, addresses
SELECT crowds.crowd AS crowd, count(DISTINCT logins.device) AS devices, count(DISTINCT logins.ip) AS addresses
FROM logins
JOIN crowds ON crowds.kind = 'fingerprint' AND crowds.identifier = logins.fingerprint
GROUP BY crowds.crowd
ORDER BY crowd
