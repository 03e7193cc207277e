// Words: accounts, rings and identifiers whose headline, id or token holds these words in a row, best first
// params: text, limit
// returns: found, score
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
// In quotes nothing is syntax but a quote and a backslash.
CALL db.index.fulltext.queryNodes(
  'search', '"' + replace(replace($text, '\\', '\\\\'), '"', '\\"') + '"', {limit: 10 * toInteger($limit)}
) YIELD node AS each, score AS score
WHERE coalesce(each.since, 0) <= seq AND coalesce(each.until, seq + 1) > seq
RETURN each AS found, score AS score
ORDER BY score DESC, coalesce(each.id, each.key)
LIMIT toInteger($limit)
