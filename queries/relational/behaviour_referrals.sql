-- The shape of referrals: `burst`: other accounts of the same referrer opened within ten minutes of this one; `referred_30`:
-- accounts this one brought in the last month; `chain`: those of them that brought somebody too.
-- returns: account, burst, referred_30, chain
WITH opened AS (
  SELECT
    account_id, referrer_id, created_at,
    count(*) OVER (
      PARTITION BY referrer_id ORDER BY created_at RANGE BETWEEN 600000000 PRECEDING AND 600000000 FOLLOWING
    ) - 1 AS burst
  FROM accounts
  WHERE referrer_id IS NOT NULL AND referrer_id <> account_id AND created_at IS NOT NULL
), stars AS (
  SELECT opened.referrer_id AS account_id, count(*) AS referred, count(*) FILTER (WHERE next.account_id IS NOT NULL) AS chain
  FROM opened
  CROSS JOIN spans
  LEFT JOIN (SELECT DISTINCT referrer_id AS account_id FROM opened) AS next ON next.account_id = opened.account_id
  WHERE opened.created_at >= spans.month
  GROUP BY opened.referrer_id
)
SELECT
  roster.id AS account, coalesce(opened.burst, 0)::bigint AS burst, coalesce(stars.referred, 0)::bigint AS referred_30,
  coalesce(stars.chain, 0)::bigint AS chain
FROM roster
LEFT JOIN opened ON opened.account_id = roster.account_id
LEFT JOIN stars ON stars.account_id = roster.account_id
WHERE opened.account_id IS NOT NULL OR stars.account_id IS NOT NULL
ORDER BY account
