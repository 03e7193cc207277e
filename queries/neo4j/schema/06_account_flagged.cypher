// Finds flagged accounts.
CREATE INDEX account_flagged IF NOT EXISTS FOR (a:Account) ON (a.flagged)
