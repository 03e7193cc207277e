-- The class of identifiers that have one: what a reviewer ruled before all else; then a verdict of a list before lists, and a hub
-- of a list before rules. Of several, the first in the order of the classes is shown, and one hub among them is enough. What was
-- ruled to be no evidence counts as little as a hub. `refuted`: no hub but for a ruling.
-- returns: kind, identifier, class, hub, refuted, why
WITH ruled AS (
  SELECT
    verdicts.kind AS kind, verdicts.identifier AS identifier, -1 AS place, classes.name AS name, coalesce(classes.hub, TRUE) AS hub,
    FALSE AS verdict,
    coalesce(classes.words, 'no evidence') || ' (verdict ' || verdicts.verdict_id || ' of '
      || strftime(make_timestamp(verdicts.decided_at * 1000000), '%Y-%m-%d') || ')' AS why
  FROM verdicts
  LEFT JOIN classes ON classes.name = verdicts.class
  WHERE verdicts.kind IS NOT NULL AND verdicts.verdict IN ('hub', 'not_evidence')
  QUALIFY row_number() OVER (
    PARTITION BY verdicts.kind, verdicts.identifier, verdicts.verdict ORDER BY verdicts.decided_at DESC, verdicts.verdict_id
  ) = 1
), by_list AS (
  SELECT
    listed.kind AS kind, listed.identifier AS identifier, classes.place AS place, classes.name AS name, classes.hub AS hub,
    classes.verdict AS verdict,
    classes.words || ' (list ' || listed.list || ' of ' || strftime(make_timestamp(listed.checked), '%Y-%m-%d') || ', '
      || listed.source || ')' AS why
  FROM listed
  JOIN classes ON classes.name = listed.name
), by_rule AS (
  SELECT
    learned.kind AS kind, learned.identifier AS identifier, classes.place AS place, classes.name AS name, classes.hub AS hub,
    classes.verdict AS verdict,
    classes.words || ' (rule of ' || strftime(make_timestamp(clock.as_of), '%Y-%m-%d') || ': ' || learned.reason || ')' AS why
  FROM learned
  JOIN classes ON classes.name = learned.name
  CROSS JOIN clock
  WHERE NOT EXISTS (
    SELECT 1 FROM by_list
    WHERE by_list.kind = learned.kind AND by_list.identifier = learned.identifier AND (by_list.hub OR by_list.verdict)
  )
), named AS (
  SELECT kind, identifier, place, name, hub, verdict, why FROM ruled
  UNION ALL
  SELECT kind, identifier, place, name, hub, verdict, why FROM by_list
  UNION ALL
  SELECT kind, identifier, place, name, hub, verdict, why FROM by_rule
), judged AS (
  SELECT
    kind, identifier, arg_min(name, place) AS class, bool_or(hub) FILTER (WHERE place < 0) AS ruled_hub,
    coalesce(bool_or(hub) FILTER (WHERE place >= 0) AND NOT bool_or(verdict) FILTER (WHERE place >= 0), FALSE) AS other_hub,
    string_agg(why, '; ' ORDER BY place, why) AS why
  FROM named
  GROUP BY kind, identifier
)
SELECT
  kind AS kind, identifier AS identifier, class AS class, coalesce(ruled_hub, other_hub) AS hub,
  coalesce(ruled_hub, FALSE) AND NOT other_hub AS refuted, why AS why
FROM judged
ORDER BY kind, identifier
