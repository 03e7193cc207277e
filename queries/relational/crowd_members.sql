-- The accounts of every crowd that is small enough to be looked at one by one.
-- returns: crowd, account_id
SELECT crowds.crowd AS crowd, used.account_id AS account_id
FROM crowds
JOIN used ON used.kind = crowds.kind AND used.identifier = crowds.identifier
JOIN kinds ON kinds.kind = crowds.kind
CROSS JOIN clock
WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age AND crowds.accounts <= (SELECT crowd_most FROM rule_bounds)
ORDER BY crowd, account_id
