-- Accounts that dealt with a suspect (perpetrator or mule) by P2P order, transfer or trade, and with whom first by id.
-- returns: account, other, via
WITH dealt AS (
  SELECT buyer_id AS one, seller_id AS other, 'P2P order' AS via FROM p2p_orders
  UNION ALL
  SELECT from_account_id, to_account_id, 'transfer' FROM transfers
  UNION ALL
  SELECT buyer_id, seller_id, 'trade' FROM trades
), both_ways AS (
  SELECT one, other, via FROM dealt
  UNION ALL
  SELECT other, one, via FROM dealt
)
SELECT account, other, via
FROM (
  SELECT
    mine.id AS account, theirs.id AS other, both_ways.via AS via,
    row_number() OVER (PARTITION BY mine.id ORDER BY theirs.id, both_ways.via) AS place
  FROM suspects
  JOIN roster AS theirs ON theirs.id = suspects.account
  JOIN both_ways ON both_ways.other = theirs.account_id
  JOIN roster AS mine ON mine.account_id = both_ways.one
  WHERE mine.id <> theirs.id
) AS ranked
WHERE place = 1
ORDER BY account
