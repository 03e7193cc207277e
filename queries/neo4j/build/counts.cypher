// Rows of the run that are really there, a column for each table.
// params: seq
// returns: accounts, identifiers, rings, used, ring_members, links, contributions, ring_events
CALL () { MATCH (a:Account) USING SCAN a:Account WHERE a.seen = $seq RETURN count(a) AS accounts }
CALL () { MATCH (i:Identifier) USING SCAN i:Identifier WHERE i.seen = $seq RETURN count(i) AS identifiers }
CALL () { MATCH (r:Ring) USING SCAN r:Ring WHERE r.seen = $seq RETURN count(r) AS rings }
CALL () { MATCH (a:Account)-[u:USED]->() USING SCAN a:Account WHERE u.seen = $seq RETURN count(u) AS used }
CALL () { MATCH (a:Account)-[m:MEMBER_OF]->() USING SCAN a:Account WHERE m.seen = $seq RETURN count(m) AS ring_members }
CALL () { MATCH (a:Account)-[l:LINKED]->() USING SCAN a:Account WHERE l.seen = $seq RETURN count(l) AS links }
CALL () { MATCH (a:Account)-[b:BECAUSE]->() USING SCAN a:Account WHERE b.seen = $seq RETURN count(b) AS contributions }
CALL () { MATCH (e:RingEvent) USING SCAN e:RingEvent WHERE e.seen = $seq RETURN count(e) AS ring_events }
RETURN
  accounts AS accounts, identifiers AS identifiers, rings AS rings, used AS used, ring_members AS ring_members,
  links AS links, contributions AS contributions, ring_events AS ring_events
