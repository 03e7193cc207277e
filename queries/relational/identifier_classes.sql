-- The class of identifiers that have one: a verdict before lists, a hub of a list before rules. Of several, the first in the
-- order of the classes is shown, and one hub among them is enough.
-- returns: kind, identifier, class, hub, why
WITH by_list AS (
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
  SELECT kind, identifier, place, name, hub, verdict, why FROM by_list
  UNION ALL
  SELECT kind, identifier, place, name, hub, verdict, why FROM by_rule
)
SELECT
  kind AS kind, identifier AS identifier, arg_min(name, place) AS class, bool_or(hub) AND NOT bool_or(verdict) AS hub,
  string_agg(why, '; ' ORDER BY place, why) AS why
FROM named
GROUP BY kind, identifier
ORDER BY kind, identifier
