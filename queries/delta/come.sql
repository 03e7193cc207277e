-- Rows of the new run that the run before does not have: new ones, and those with other values. One that stands twice comes once:
-- no table of a run has one twice, and a way that keeps count takes twenty times as long.
CREATE OR REPLACE TABLE come AS
FROM now
EXCEPT
FROM was
