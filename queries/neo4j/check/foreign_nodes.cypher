// Nodes that no publish leaves so: of no label of ours or without what each of that label has, with labels that their values
// do not call for (`more`) or without those they do (`less`), or with one of these properties, whose names are not ours.
// Looks at every node.
// params: properties, limit
// returns: id, held, more, less, properties, is_ours
MATCH (n)
WITH n, labels(n) AS held, CASE
  WHEN n:Account THEN ['Account'] + [label IN [
    CASE WHEN n.flagged THEN 'Flagged' END, CASE WHEN n.risk >= 0.8 THEN 'RiskHigh' END,
    CASE WHEN n.role <> 'unknown' THEN toUpper(left(n.role, 1)) + substring(n.role, 1) END
  ] WHERE label IS NOT NULL]
  WHEN n:Identifier THEN ['Identifier', toUpper(left(n.kind, 1)) + substring(n.kind, 1)]
    + CASE WHEN n.counted THEN [] ELSE ['Hub'] END
  WHEN n:Ring THEN ['Ring']
  WHEN n:RingEvent THEN ['RingEvent']
  WHEN n:Run THEN ['Run']
  WHEN n:Pointer THEN ['Pointer']
  ELSE []
END AS due
WITH n, held, [label IN held WHERE NOT label IN due] AS more, [label IN due WHERE NOT label IN held] AS less,
  [name IN $properties WHERE n[name] IS NOT NULL] AS properties,
  due <> [] AND (n:Run OR n:Pointer OR coalesce(n.headline, n.degree, n.event) IS NOT NULL) AS is_ours
WHERE NOT is_ours OR more <> [] OR less <> [] OR properties <> []
RETURN
  coalesce(toStringOrNull(n.id), toStringOrNull(n.key), elementId(n)) AS id, held AS held, more AS more, less AS less,
  properties AS properties, is_ours AS is_ours
ORDER BY id
LIMIT $limit
