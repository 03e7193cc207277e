// Rows that a reader of run $seq can find, a column for each table: all there are, but for those that ended by it or begin after
// it. Counts of all are kept by the server.
// params: seq
// returns: accounts, identifiers, rings, used, ring_members, links, contributions, ring_events
CALL () { MATCH (x:Account) RETURN count(x) AS accounts }
CALL () { MATCH (x:Account) WHERE x.until <= $seq RETURN count(x) AS accounts_ended }
CALL () { MATCH (x:Account) WHERE x.since > $seq RETURN count(x) AS accounts_begun }
CALL () { MATCH (x:Identifier) RETURN count(x) AS identifiers }
CALL () { MATCH (x:Identifier) WHERE x.until <= $seq RETURN count(x) AS identifiers_ended }
CALL () { MATCH (x:Identifier) WHERE x.since > $seq RETURN count(x) AS identifiers_begun }
CALL () { MATCH (x:Ring) RETURN count(x) AS rings }
CALL () { MATCH (x:Ring) WHERE x.until <= $seq RETURN count(x) AS rings_ended }
CALL () { MATCH (x:Ring) WHERE x.since > $seq RETURN count(x) AS rings_begun }
CALL () { MATCH ()-[x:USED]->() RETURN count(x) AS used }
CALL () { MATCH ()-[x:USED]->() WHERE x.until <= $seq RETURN count(x) AS used_ended }
CALL () { MATCH ()-[x:USED]->() WHERE x.since > $seq RETURN count(x) AS used_begun }
CALL () { MATCH ()-[x:MEMBER_OF]->() RETURN count(x) AS ring_members }
CALL () { MATCH ()-[x:MEMBER_OF]->() WHERE x.until <= $seq RETURN count(x) AS ring_members_ended }
CALL () { MATCH ()-[x:MEMBER_OF]->() WHERE x.since > $seq RETURN count(x) AS ring_members_begun }
CALL () { MATCH ()-[x:LINKED]->() RETURN count(x) AS links }
CALL () { MATCH ()-[x:LINKED]->() WHERE x.until <= $seq RETURN count(x) AS links_ended }
CALL () { MATCH ()-[x:LINKED]->() WHERE x.since > $seq RETURN count(x) AS links_begun }
CALL () { MATCH ()-[x:BECAUSE]->() RETURN count(x) AS contributions }
CALL () { MATCH ()-[x:BECAUSE]->() WHERE x.until <= $seq RETURN count(x) AS contributions_ended }
CALL () { MATCH ()-[x:BECAUSE]->() WHERE x.since > $seq RETURN count(x) AS contributions_begun }
CALL () { MATCH (x:RingEvent) RETURN count(x) AS ring_events }
CALL () { MATCH (x:RingEvent) WHERE x.until <= $seq RETURN count(x) AS ring_events_ended }
CALL () { MATCH (x:RingEvent) WHERE x.since > $seq RETURN count(x) AS ring_events_begun }
RETURN
  accounts - accounts_ended - accounts_begun AS accounts,
  identifiers - identifiers_ended - identifiers_begun AS identifiers,
  rings - rings_ended - rings_begun AS rings,
  used - used_ended - used_begun AS used,
  ring_members - ring_members_ended - ring_members_begun AS ring_members,
  links - links_ended - links_begun AS links,
  contributions - contributions_ended - contributions_begun AS contributions,
  ring_events - ring_events_ended - ring_events_begun AS ring_events
