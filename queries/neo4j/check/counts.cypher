// Rows that a reader of run $seq can find, a column for each table; also while the next run is being written.
// params: seq
// returns: accounts, identifiers, rings, used, ring_members, links, contributions, ring_events
CALL () {
  MATCH (a:Account) USING SCAN a:Account
  WHERE a.seen >= $seq AND coalesce(a.since, 0) <= $seq
  RETURN count(a) AS accounts
}
CALL () {
  MATCH (i:Identifier) USING SCAN i:Identifier
  WHERE i.seen >= $seq AND coalesce(i.since, 0) <= $seq
  RETURN count(i) AS identifiers
}
CALL () {
  MATCH (r:Ring) USING SCAN r:Ring
  WHERE r.seen >= $seq AND coalesce(r.since, 0) <= $seq
  RETURN count(r) AS rings
}
CALL () {
  MATCH (a:Account)-[u:USED]->() USING SCAN a:Account
  WHERE u.seen >= $seq AND coalesce(u.since, 0) <= $seq
  RETURN count(u) AS used
}
CALL () {
  MATCH (a:Account)-[m:MEMBER_OF]->() USING SCAN a:Account
  WHERE m.seen >= $seq AND coalesce(m.since, 0) <= $seq
  RETURN count(m) AS ring_members
}
CALL () {
  MATCH (a:Account)-[l:LINKED]->() USING SCAN a:Account
  WHERE l.seen >= $seq AND coalesce(l.since, 0) <= $seq
  RETURN count(l) AS links
}
CALL () {
  MATCH (a:Account)-[b:BECAUSE]->() USING SCAN a:Account
  WHERE b.seen >= $seq AND coalesce(b.since, 0) <= $seq
  RETURN count(b) AS contributions
}
CALL () {
  MATCH (e:RingEvent) USING SCAN e:RingEvent
  WHERE e.seen >= $seq AND coalesce(e.since, 0) <= $seq
  RETURN count(e) AS ring_events
}
RETURN
  accounts AS accounts, identifiers AS identifiers, rings AS rings, used AS used, ring_members AS ring_members,
  links AS links, contributions AS contributions, ring_events AS ring_events
