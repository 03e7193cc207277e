// Rows that run $seq holds of an account, identifier or ring that it has ended, a column for each table.
// params: seq
// returns: used, ring_members, links
CALL () { MATCH (x:Account) WHERE x.until = $seq RETURN collect(x) AS accounts }
CALL () { MATCH (x:Identifier) WHERE x.until = $seq RETURN collect(x) AS identifiers }
CALL () { MATCH (x:Ring) WHERE x.until = $seq RETURN collect(x) AS rings }
CALL (accounts, identifiers) {
  UNWIND accounts + identifiers AS x
  MATCH (x)-[u:USED]-()
  WHERE u.until IS NULL
  RETURN count(DISTINCT u) AS used
}
CALL (accounts, rings) {
  UNWIND accounts + rings AS x
  MATCH (x)-[m:MEMBER_OF]-()
  WHERE m.until IS NULL
  RETURN count(DISTINCT m) AS ring_members
}
CALL (accounts) {
  UNWIND accounts AS x
  MATCH (x)-[l:LINKED]-()
  WHERE l.until IS NULL
  RETURN count(DISTINCT l) AS links
}
RETURN used AS used, ring_members AS ring_members, links AS links
