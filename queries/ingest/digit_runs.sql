-- Digits in one piece or in groups parted by single spaces, hyphens or dots, each run with its groups.
CREATE OR REPLACE MACRO digit_runs(value) AS (
  list_transform(
    regexp_extract_all(value, '[0-9]+(?:[ .\-][0-9]+)*'),
    lambda run : regexp_extract_all(run, '[0-9]+'))
)
