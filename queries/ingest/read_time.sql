-- A moment in epoch microseconds, not before `earliest`, not after `latest`; naive times only where a zone is declared.
-- `form`: the moment as `time_of` reads it.
CREATE OR REPLACE MACRO read_time(value, form, naive_allowed, earliest, latest) AS {
  'value': form,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN form IS NULL THEN 'bad_time'
    WHEN NOT naive_allowed AND is_naive_time(value) THEN 'naive_time'
    WHEN form < earliest THEN 'bad_time'
    WHEN form > latest THEN 'future_event'
  END
}
