-- Rows of the new run that the run before does not have: new ones, and those with other values.
CREATE OR REPLACE TABLE come AS
FROM now
EXCEPT ALL
FROM was
