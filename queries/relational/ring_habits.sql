-- How accounts that are in a linked pair use their identifiers inside the kinds' windows: how many they have, how many
-- others have too, and how much of their device use is on devices of others.
-- returns: account, devices, shared_devices, device_uses, shared_device_uses, instruments, shared_instruments, wallets, shared_wallets, uses
WITH wanted AS (
  SELECT a AS account FROM kept_pairs
  UNION
  SELECT b AS account FROM kept_pairs
), totals AS (
  SELECT
    roster.id AS account, count(*) FILTER (WHERE used.kind = 'device') AS devices,
    sum(used.n) FILTER (WHERE used.kind = 'device') AS device_uses,
    count(*) FILTER (WHERE used.kind IN ('card', 'bank', 'payer')) AS instruments,
    count(*) FILTER (WHERE used.kind = 'wallet') AS wallets, sum(used.n) AS uses
  FROM used
  JOIN roster ON roster.account_id = used.account_id
  JOIN wanted ON wanted.account = roster.id
  JOIN kinds ON kinds.kind = used.kind
  CROSS JOIN clock
  WHERE used.last_seen >= clock.as_of // 1000000 - kinds.max_age
  GROUP BY roster.id
), shared AS (
  SELECT
    evidence_links.account AS account, count(*) FILTER (WHERE kinds.kind = 'device') AS devices,
    sum(evidence_links.n) FILTER (WHERE kinds.kind = 'device') AS device_uses,
    count(*) FILTER (WHERE kinds.kind IN ('card', 'bank', 'payer')) AS instruments,
    count(*) FILTER (WHERE kinds.kind = 'wallet') AS wallets
  FROM evidence_links
  JOIN kinds ON kinds.code = evidence_links.kind_code
  JOIN wanted ON wanted.account = evidence_links.account
  WHERE NOT EXISTS (
    SELECT 1 FROM refuted_links
    WHERE refuted_links.account = evidence_links.account AND refuted_links.identifier = evidence_links.identifier
  )
  GROUP BY evidence_links.account
)
SELECT
  totals.account AS account, totals.devices::int AS devices, coalesce(shared.devices, 0)::int AS shared_devices,
  coalesce(totals.device_uses, 0)::bigint AS device_uses, coalesce(shared.device_uses, 0)::bigint AS shared_device_uses,
  totals.instruments::int AS instruments, coalesce(shared.instruments, 0)::int AS shared_instruments,
  totals.wallets::int AS wallets, coalesce(shared.wallets, 0)::int AS shared_wallets, totals.uses::bigint AS uses
FROM totals
LEFT JOIN shared ON shared.account = totals.account
ORDER BY totals.account
