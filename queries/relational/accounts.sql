-- The public table of accounts: every account of the ledger with its score taken apart by block.
-- returns: account_id, risk, probability, flagged, role, role_reason, ring_id, membership, behaviour, one_hop, propagated, ring, label, degree, headline
SELECT
  roster.account_id AS account_id, account_scores.risk AS risk, account_scores.probability AS probability,
  account_scores.flagged AS flagged,
  coalesce(roles.role, 'unknown') AS role, coalesce(roles.reason, 'nothing known decides') AS role_reason,
  members_named.ring_id AS ring_id, members_named.membership AS membership,
  account_scores.behaviour AS behaviour, account_scores.one_hop AS one_hop, account_scores.propagated AS propagated,
  account_scores.ring AS ring, seeds.label AS label, coalesce(degrees.degree, 0)::int AS degree,
  CASE WHEN account_scores.risk = 0 AND members_named.ring_id IS NULL THEN 'no evidence'
    ELSE 'risk ' || round(account_scores.risk, 2)::varchar END
    || CASE WHEN members_named.ring_id IS NULL THEN '' ELSE
      ', ' || members_named.membership || ' member of ring ' || members_named.ring_id END
    || CASE WHEN seeds.label IS NULL THEN '' ELSE ', labelled ' || seeds.label END
    || CASE WHEN contacts.paid THEN ', paid to a sanctioned address' ELSE '' END
    || CASE WHEN contacts.received THEN ', received from a sanctioned address' ELSE '' END
    || CASE WHEN score_model.learned OR account_scores.risk = 0 AND members_named.ring_id IS NULL THEN '' ELSE ' (cold start)' END
    AS headline
FROM roster
CROSS JOIN score_model
JOIN account_scores ON account_scores.account = roster.id
LEFT JOIN roles ON roles.account = roster.id
LEFT JOIN seeds ON seeds.account = roster.id
LEFT JOIN degrees ON degrees.account = roster.id
LEFT JOIN members_named ON members_named.account = roster.id
LEFT JOIN contacts ON contacts.account_id = roster.account_id
ORDER BY account_id
