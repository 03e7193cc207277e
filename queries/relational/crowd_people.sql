-- What tells strangers from one hand, for each crowd: accounts with any device, with one that no other of the crowd used, with
-- another address beside the crowd's, and the countries they say they are from.
-- returns: crowd, with_device, own_device, elsewhere, countries
WITH devices AS (
  SELECT crowd_members.crowd AS crowd, crowd_members.account_id AS account_id,
    count(*) OVER (PARTITION BY crowd_members.crowd, used.identifier) AS users
  FROM crowd_members
  JOIN used ON used.account_id = crowd_members.account_id AND used.kind = 'device'
), device_facts AS (
  SELECT crowd AS crowd, count(DISTINCT account_id) AS with_device, count(DISTINCT account_id) FILTER (WHERE users = 1) AS own_device
  FROM devices
  GROUP BY crowd
), addresses AS (
  SELECT account_id AS account_id FROM used WHERE kind = 'ip' GROUP BY account_id HAVING count(*) > 1
), people AS (
  SELECT crowd_members.crowd AS crowd, count(addresses.account_id) AS elsewhere, count(DISTINCT accounts.country) AS countries
  FROM crowd_members
  LEFT JOIN addresses ON addresses.account_id = crowd_members.account_id
  LEFT JOIN accounts ON accounts.account_id = crowd_members.account_id
  GROUP BY crowd_members.crowd
)
SELECT
  people.crowd AS crowd, coalesce(device_facts.with_device, 0) AS with_device, coalesce(device_facts.own_device, 0) AS own_device,
  people.elsewhere AS elsewhere, people.countries AS countries
FROM people
LEFT JOIN device_facts ON device_facts.crowd = people.crowd
ORDER BY crowd
