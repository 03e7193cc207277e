-- Pairs with an end in a ring, tonight or the night before, whose evidence is another than it was, and what they share
-- that makes the difference: of the stronger night, what the other did not have, then most bits in its family.
-- `bits` is below 0 where the evidence was lost. Ends are the numbers of `ring_accounts`, -1 for an account of no ring.
-- returns: a, b, kind, identifier, bits
WITH changed AS (
  SELECT
    coalesce(links.account_a, links_before.account_a) AS account_a,
    coalesce(links.account_b, links_before.account_b) AS account_b,
    coalesce(links.bits, -1e9) > coalesce(links_before.bits, -1e9) AS gained,
    links.families AS families_now, links_before.families AS families_then,
    links.shared AS shared_now, links_before.shared AS shared_then
  FROM links
  FULL JOIN links_before
    ON links_before.account_a = links.account_a AND links_before.account_b = links.account_b
  WHERE links.bits IS DISTINCT FROM links_before.bits
), near AS (
  SELECT
    coalesce(left_end.number, -1) AS a, coalesce(right_end.number, -1) AS b, changed.account_a AS account_a,
    changed.account_b AS account_b, changed.gained AS gained,
    CASE WHEN changed.gained THEN changed.families_now ELSE changed.families_then END AS families,
    CASE WHEN changed.gained THEN changed.shared_now ELSE changed.shared_then END AS shared,
    coalesce(CASE WHEN changed.gained THEN changed.families_then ELSE changed.families_now END, []) AS families_else,
    coalesce(CASE WHEN changed.gained THEN changed.shared_then ELSE changed.shared_now END, []) AS shared_else
  FROM changed
  LEFT JOIN ring_accounts AS left_end ON left_end.account_id = changed.account_a
  LEFT JOIN ring_accounts AS right_end ON right_end.account_id = changed.account_b
  WHERE left_end.number IS NOT NULL OR right_end.number IS NOT NULL
), families AS (
  SELECT
    account_a, account_b, split_part(entry, '=', 1) AS family, split_part(entry, '=', 2)::double AS bits,
    NOT list_contains(list_transform(families_else, lambda other: split_part(other, '=', 1)), split_part(entry, '=', 1)) AS is_new
  FROM (SELECT account_a, account_b, families_else, unnest(families) AS entry FROM near)
), shared AS (
  SELECT
    named.account_a AS account_a, named.account_b AS account_b, kinds.family AS family, kinds.code AS code,
    kinds.kind AS kind, substr(named.entry, length(kinds.kind) + 2) AS identifier,
    NOT list_contains(named.shared_else, named.entry) AS is_new
  FROM (SELECT account_a, account_b, shared_else, unnest(shared) AS entry FROM near) AS named
  JOIN kinds ON kinds.kind = split_part(named.entry, ':', 1)
), causes AS (
  SELECT
    families.account_a AS account_a, families.account_b AS account_b, coalesce(shared.kind, families.family) AS kind,
    shared.identifier AS identifier, families.bits AS bits,
    row_number() OVER (
      PARTITION BY families.account_a, families.account_b
      ORDER BY coalesce(shared.is_new, families.is_new) DESC, families.bits DESC, shared.code, families.family,
        shared.identifier
    ) AS place
  FROM families
  LEFT JOIN shared ON shared.account_a = families.account_a AND shared.account_b = families.account_b
    AND shared.family = families.family
)
SELECT
  near.a AS a, near.b AS b, causes.kind AS kind, causes.identifier AS identifier,
  CASE WHEN near.gained THEN causes.bits ELSE -causes.bits END AS bits
FROM near
JOIN causes ON causes.account_a = near.account_a AND causes.account_b = near.account_b AND causes.place = 1
ORDER BY near.account_a, near.account_b
