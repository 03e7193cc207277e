-- The rows of the new run, streamed in as `incoming`.
CREATE OR REPLACE TABLE now AS
FROM incoming
