// Finds accounts, identifiers and rings by words; filled behind the commit, so that no publish waits for it.
CREATE FULLTEXT INDEX search IF NOT EXISTS FOR (n:Account|Identifier|Ring) ON EACH [n.id, n.key, n.headline]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}}
