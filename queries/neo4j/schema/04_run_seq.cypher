// Finds the record of a publish.
CREATE CONSTRAINT run_seq IF NOT EXISTS FOR (r:Run) REQUIRE r.seq IS UNIQUE
