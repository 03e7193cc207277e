-- A moment in epoch microseconds, not before `earliest`, not after `latest`; naive times only where a zone is declared.
CREATE OR REPLACE MACRO read_time(value, factor, naive_allowed, earliest, latest) AS {
  'value': time_of(value, factor),
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN time_of(value, factor) IS NULL THEN 'bad_time'
    WHEN NOT naive_allowed AND is_naive_time(value) THEN 'naive_time'
    WHEN time_of(value, factor) < earliest THEN 'bad_time'
    WHEN time_of(value, factor) > latest THEN 'future_event'
  END
}
