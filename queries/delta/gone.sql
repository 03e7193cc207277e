-- Rows of the run before that the new one does not have: ended ones, and the former values of those that changed.
CREATE OR REPLACE TABLE gone AS
FROM was
EXCEPT
FROM now
