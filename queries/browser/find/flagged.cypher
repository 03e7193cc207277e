// Flagged accounts: highest risk first
// params: limit
// returns: account, risk, role, headline
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (a:Account)
WHERE (a.flagged = true OR a.was_flagged = true) AND coalesce(a.since, 0) <= seq AND coalesce(a.until, seq + 1) > seq
  AND CASE WHEN seq < a.changed THEN a.was_flagged ELSE a.flagged END
RETURN
  a AS account,
  CASE WHEN seq < a.changed THEN a.was_risk ELSE a.risk END AS risk,
  CASE WHEN seq < a.changed THEN a.was_role ELSE a.role END AS role,
  CASE WHEN seq < a.changed THEN a.was_headline ELSE a.headline END AS headline
ORDER BY risk DESC, a.id
LIMIT toInteger($limit)
