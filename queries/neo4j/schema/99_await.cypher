// Waits until every index answers, at most five minutes.
CALL db.awaitIndexes(300)
