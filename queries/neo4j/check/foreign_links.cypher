// Relationships that no publish leaves so: of no type of ours, without what each of that type has, or with one of these
// properties, whose names are not ours. Looks at every relationship.
// params: properties, limit
// returns: from_id, type, to_id, element, properties, is_ours
MATCH (s)-[x]->(e)
WITH s, x, e, [name IN $properties WHERE x[name] IS NOT NULL] AS properties,
  type(x) IN ['USED', 'MEMBER_OF', 'LINKED', 'BECAUSE']
    AND coalesce(x.days, x.confidence, size(x.shared_bits), x.reason) IS NOT NULL AS is_ours
WHERE NOT is_ours OR properties <> []
RETURN
  coalesce(toStringOrNull(s.id), toStringOrNull(s.key), elementId(s)) AS from_id, type(x) AS type,
  coalesce(toStringOrNull(e.id), toStringOrNull(e.key), elementId(e)) AS to_id, elementId(x) AS element,
  properties AS properties, is_ours AS is_ours
ORDER BY from_id, type, to_id, element
LIMIT $limit
