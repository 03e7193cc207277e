-- The public table of rings. Exposure: money its members' disputes are about, in the currency most of them are in; where
-- there are other currencies the headline says so.
-- returns: ring_id, score, size, core_size, density, fragility, first_seen_run, last_changed_run, status, exposure, currency, headline
WITH money AS (
  SELECT
    members_named.ring_id AS ring_id, disputed.currency AS currency, sum(disputed.amount) AS amount,
    count(*) AS accounts
  FROM members_named
  JOIN disputed ON disputed.account = members_named.account
  GROUP BY members_named.ring_id, disputed.currency
), main AS (
  SELECT
    ring_id, currency, amount,
    row_number() OVER (PARTITION BY ring_id ORDER BY accounts DESC, currency) AS place,
    count(*) OVER (PARTITION BY ring_id) AS currencies
  FROM money
), known AS (
  SELECT
    members_named.ring_id AS ring_id,
    count(*) FILTER (WHERE seeds.label IN ('fraud', 'chargeback')) AS fraud,
    count(*) FILTER (WHERE seeds.label = 'victim') AS victims
  FROM members_named
  LEFT JOIN seeds ON seeds.account = members_named.account
  GROUP BY members_named.ring_id
)
SELECT
  ring_names.ring_id AS ring_id, ring_facts.score AS score, ring_facts.size AS size, ring_facts.core_size AS core_size,
  ring_facts.density AS density, ring_facts.fragility AS fragility, ring_names.first_seen_run AS first_seen_run,
  ring_names.last_changed_run AS last_changed_run, ring_facts.status AS status,
  coalesce(main.amount, 0)::double AS exposure, main.currency AS currency,
  ring_facts.size || ' accounts, ' || ring_facts.core_size || ' core, ' || known.fraud || ' confirmed fraud'
    || CASE WHEN known.victims > 0 THEN ', ' || known.victims || ' victims' ELSE '' END
    || CASE WHEN main.currencies > 1 THEN ', money also in other currencies' ELSE '' END || '; ' || ring_facts.because AS headline
FROM ring_names
JOIN ring_facts ON ring_facts.number = ring_names.number
JOIN known ON known.ring_id = ring_names.ring_id
LEFT JOIN main ON main.ring_id = ring_names.ring_id AND main.place = 1
ORDER BY ring_names.ring_id
