-- The public table of contributions, with the reason of each in words.
-- returns: account_id, block, kind, identifier, other_account_id, log_odds, reason
SELECT
  roster.account_id AS account_id, shares.block AS block, identifiers_named.kind AS kind,
  identifiers_named.identifier AS identifier, sender.account_id AS other_account_id, shares.log_odds AS log_odds,
  CASE
    WHEN shares.reason IS NOT NULL THEN shares.reason || CASE WHEN shares.log_odds = 0 THEN ', not counted' ELSE '' END
    WHEN sender.account_id IS NOT NULL THEN 'received money from a confirmed perpetrator'
    WHEN shares.block = 'ring' THEN members_named.membership || ' member of ring ' || members_named.ring_id
    WHEN shares.block = 'one_hop'
      THEN 'shared ' || identifiers_named.kind || ' that fraud accounts used too, ' || identifiers_named.degree || ' accounts in all'
    ELSE 'risk through a shared ' || identifiers_named.kind || ', ' || identifiers_named.degree || ' accounts in all'
      || CASE WHEN identifier_voltage.channel <> 'other' THEN ', mostly from ' || identifier_voltage.channel || ' fraud' ELSE '' END
  END AS reason
FROM shares
JOIN roster ON roster.id = shares.account
LEFT JOIN identifiers_named ON identifiers_named.id = shares.identifier
LEFT JOIN identifier_voltage ON identifier_voltage.identifier = shares.identifier
LEFT JOIN roster AS sender ON sender.id = shares.sender
LEFT JOIN members_named ON members_named.account = shares.account
ORDER BY roster.account_id, shares.block, identifiers_named.kind, identifiers_named.identifier, sender.account_id, reason
