// Gives identifiers back the values that readers see, where a publish that was not seen, or was taken back, wrote others.
// params: ids
UNWIND $ids AS id
MATCH (i:Identifier)
WHERE elementId(i) = id
SET
  i.degree = coalesce(i.was_degree, i.degree), i.class = i.was_class,
  i.first_seen = coalesce(i.was_first_seen, i.first_seen), i.last_seen = coalesce(i.was_last_seen, i.last_seen),
  i.voltage = coalesce(i.was_voltage, i.voltage), i.counted = coalesce(i.was_counted, i.counted), i.why = i.was_why
REMOVE i:Hub
WITH i, CASE WHEN i.counted THEN [] ELSE ['Hub'] END AS labels
SET i:$(labels)
