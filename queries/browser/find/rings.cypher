// Strongest rings: best score first
// `score`: the least score.
// params: score, limit
// returns: ring, score, size, status, headline
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (r:Ring)
WHERE (r.score >= $score OR r.was_score >= $score) AND coalesce(r.since, 0) <= seq AND coalesce(r.until, seq + 1) > seq
  AND coalesce(CASE WHEN seq < r.changed THEN r.was_score END, r.score) >= $score
RETURN
  r AS ring,
  coalesce(CASE WHEN seq < r.changed THEN r.was_score END, r.score) AS score,
  coalesce(CASE WHEN seq < r.changed THEN r.was_size END, r.size) AS size,
  coalesce(CASE WHEN seq < r.changed THEN r.was_status END, r.status) AS status,
  coalesce(CASE WHEN seq < r.changed THEN r.was_headline END, r.headline) AS headline
ORDER BY score DESC, r.id
LIMIT toInteger($limit)
