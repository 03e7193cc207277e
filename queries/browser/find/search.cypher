// Search: accounts, rings and identifiers whose id or token begins so; 'kind:token' is understood too
// params: text, limit
// returns: found
MATCH (p:Pointer {name: 'published'})
WITH p.seq AS seq
CALL (seq) {
  MATCH (a:Account)
  WHERE a.id STARTS WITH $text AND coalesce(a.since, 0) <= seq AND coalesce(a.until, seq + 1) > seq
  RETURN a AS found, a.id AS name
  ORDER BY name
  LIMIT toInteger($limit)
UNION
  MATCH (r:Ring)
  WHERE r.id STARTS WITH $text AND coalesce(r.since, 0) <= seq AND coalesce(r.until, seq + 1) > seq
  RETURN r AS found, r.id AS name
  ORDER BY name
  LIMIT toInteger($limit)
UNION
  UNWIND [
    '', 'device:', 'fingerprint:', 'ip:', 'card:', 'bank:', 'payer:', 'wallet:', 'document:', 'proof:', 'email:',
    'phone:', 'stem:'
  ] AS kind
  CALL (seq, kind) {
    MATCH (i:Identifier)
    WHERE i.key STARTS WITH kind + $text AND coalesce(i.since, 0) <= seq AND coalesce(i.until, seq + 1) > seq
    RETURN i
    ORDER BY i.key
    LIMIT toInteger($limit)
  }
  RETURN DISTINCT i AS found, i.key AS name
  ORDER BY name
  LIMIT toInteger($limit)
}
RETURN found AS found
ORDER BY name
LIMIT toInteger($limit)
