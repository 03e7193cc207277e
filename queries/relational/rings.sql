-- The public table of rings. Exposures: money that disputes of its members are about, by currency, the one of most disputing
-- members first; exposure and currency are that first one. Typology: what most of its members who are confirmed fraud
-- are labelled with.
-- returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure, currency,
-- returns: exposures, typology, headline
WITH money AS (
  SELECT
    members_named.ring_id AS ring_id, disputed.currency AS currency, sum(disputed.amount) AS amount,
    count(*) AS accounts,
    regexp_replace(CAST(sum(disputed.amount) AS VARCHAR), '(\.[0-9][0-9][0-9]*?)0+$', '\1') AS text
  FROM members_named
  JOIN disputed ON disputed.account = members_named.account
  GROUP BY members_named.ring_id, disputed.currency
), at_risk AS (
  SELECT
    ring_id AS ring_id,
    list(currency || '=' || text ORDER BY accounts DESC, currency) AS exposures,
    list(text || ' ' || currency ORDER BY accounts DESC, currency) AS texts,
    first(amount ORDER BY accounts DESC, currency) AS amount,
    first(currency ORDER BY accounts DESC, currency) AS currency
  FROM money
  GROUP BY ring_id
), known AS (
  SELECT
    members_named.ring_id AS ring_id,
    count(*) FILTER (WHERE seeds.label IN ('fraud', 'chargeback')) AS fraud,
    count(*) FILTER (WHERE seeds.label = 'victim') AS victims
  FROM members_named
  LEFT JOIN seeds ON seeds.account = members_named.account
  GROUP BY members_named.ring_id
), typed AS (
  SELECT
    members_named.ring_id AS ring_id, seeds.typology AS typology,
    row_number() OVER (PARTITION BY members_named.ring_id ORDER BY count(*) DESC, seeds.typology) AS place
  FROM members_named
  JOIN seeds ON seeds.account = members_named.account
  WHERE seeds.label = 'fraud' AND seeds.typology IS NOT NULL
  GROUP BY members_named.ring_id, seeds.typology
)
SELECT
  ring_names.ring_id AS ring_id, ring_facts.score AS score, ring_facts.size AS size, ring_facts.core_size AS core_size,
  ring_facts.density AS density, ring_facts.fragility AS fragility, ring_names.first_seen_run AS first_seen_run,
  ring_names.last_changed_run AS last_changed_run, ring_facts.status AS status,
  coalesce(at_risk.amount, 0)::double AS exposure, at_risk.currency AS currency,
  coalesce(at_risk.exposures, []) AS exposures, typed.typology AS typology,
  ring_facts.size || ' accounts, ' || ring_facts.core_size || ' core, ' || known.fraud || ' confirmed fraud'
    || CASE WHEN known.victims > 0 THEN ', ' || known.victims || ' victims' ELSE '' END
    || CASE WHEN len(at_risk.texts) > 0 THEN ', ' || array_to_string(at_risk.texts[1:3], ' and ') || ' in dispute' ELSE '' END
    || CASE WHEN len(at_risk.texts) > 3 THEN ' besides other currencies' ELSE '' END || '; ' || ring_facts.because AS headline
FROM ring_names
JOIN ring_facts ON ring_facts.number = ring_names.number
JOIN known ON known.ring_id = ring_names.ring_id
LEFT JOIN at_risk ON at_risk.ring_id = ring_names.ring_id
LEFT JOIN typed ON typed.ring_id = ring_names.ring_id AND typed.place = 1
ORDER BY ring_names.ring_id
