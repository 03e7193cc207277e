// Finds accounts that were flagged in the run before; holds only those that changed.
CREATE INDEX account_was_flagged IF NOT EXISTS FOR (a:Account) ON (a.was_flagged)
