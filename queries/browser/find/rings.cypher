// Strongest rings: best score first
// `score`: the least score.
// params: score, limit
// returns: ring, score, size, status, headline
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
MATCH (r:Ring)
WHERE (r.score >= $score OR r.was_score >= $score) AND coalesce(r.since, 0) <= seq AND coalesce(r.until, seq + 1) > seq
  AND CASE WHEN seq < r.changed THEN r.was_score ELSE r.score END >= $score
RETURN
  r AS ring,
  CASE WHEN seq < r.changed THEN r.was_score ELSE r.score END AS score,
  CASE WHEN seq < r.changed THEN r.was_size ELSE r.size END AS size,
  CASE WHEN seq < r.changed THEN r.was_status ELSE r.status END AS status,
  CASE WHEN seq < r.changed THEN r.was_headline ELSE r.headline END AS headline
ORDER BY score DESC, r.id
LIMIT toInteger($limit)
