// Flagged accounts: highest risk first
// params: limit
// returns: account, risk, role, headline
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (a:Account)
WHERE (a.flagged = true OR a.was_flagged = true) AND coalesce(a.since, 0) <= seq AND coalesce(a.until, seq + 1) > seq
  AND coalesce(CASE WHEN seq < a.changed THEN a.was_flagged END, a.flagged)
RETURN
  a AS account,
  coalesce(CASE WHEN seq < a.changed THEN a.was_risk END, a.risk) AS risk,
  coalesce(CASE WHEN seq < a.changed THEN a.was_role END, a.role) AS role,
  coalesce(CASE WHEN seq < a.changed THEN a.was_headline END, a.headline) AS headline
ORDER BY risk DESC, a.id
LIMIT toInteger($limit)
