-- The rows of the run before, streamed in as `incoming`.
CREATE OR REPLACE TABLE held AS
FROM incoming
