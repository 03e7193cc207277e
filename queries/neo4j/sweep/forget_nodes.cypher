// Drops the values of the run before from a batch of nodes.
// params: ids
UNWIND $ids AS id
MATCH (x)
WHERE elementId(x) = id
REMOVE
  x.was_behaviour, x.was_class, x.was_core_size, x.was_counted, x.was_currency, x.was_degree, x.was_density,
  x.was_exposure, x.was_exposures, x.was_first_seen, x.was_first_seen_run, x.was_flagged, x.was_fragility,
  x.was_headline, x.was_label, x.was_last_changed_run, x.was_last_seen, x.was_membership, x.was_one_hop,
  x.was_probability, x.was_propagated, x.was_ring, x.was_ring_id, x.was_risk, x.was_role, x.was_role_reason,
  x.was_score, x.was_size, x.was_status, x.was_typology, x.was_voltage, x.was_why
