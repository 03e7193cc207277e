-- The rows of the run before, streamed in as `incoming`.
CREATE OR REPLACE TABLE was AS
FROM incoming
