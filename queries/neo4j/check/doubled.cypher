// How many relationships are too many: an account uses an identifier, and is linked to another account, at most once.
// returns: used, links
CALL () {
  MATCH (a:Account) USING SCAN a:Account
  CALL (a) { MATCH (a)-[:USED]->(i) RETURN count(i) - count(DISTINCT i) AS more }
  RETURN sum(more) AS used
}
CALL () {
  MATCH (a:Account) USING SCAN a:Account
  CALL (a) { MATCH (a)-[:LINKED]->(b) RETURN count(b) - count(DISTINCT b) AS more }
  RETURN sum(more) AS links
}
RETURN used AS used, links AS links
