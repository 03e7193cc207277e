// Rows of the run that are really there, a column for each table.
// params: seq
// returns: accounts, identifiers, rings, used, ring_members, links, contributions
CALL () { MATCH (a:Account) WHERE a.seen = $seq RETURN count(a) AS accounts }
CALL () { MATCH (i:Identifier) WHERE i.seen = $seq RETURN count(i) AS identifiers }
CALL () { MATCH (r:Ring) WHERE r.seen = $seq RETURN count(r) AS rings }
CALL () { MATCH (:Account)-[u:USED]->() WHERE u.seen = $seq RETURN count(u) AS used }
CALL () { MATCH (:Account)-[m:MEMBER_OF]->() WHERE m.seen = $seq RETURN count(m) AS ring_members }
CALL () { MATCH (:Account)-[l:LINKED]->() WHERE l.seen = $seq RETURN count(l) AS links }
CALL () { MATCH (:Account)-[b:BECAUSE]->() WHERE b.seen = $seq RETURN count(b) AS contributions }
RETURN
  accounts AS accounts, identifiers AS identifiers, rings AS rings, used AS used, ring_members AS ring_members,
  links AS links, contributions AS contributions
