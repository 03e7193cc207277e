-- Accounts of the run, numbered in the order of their ids, so that a number sorts as its id does.
-- `incoming` is the stream of rows being written, here and in the other statements of this folder.
CREATE OR REPLACE TABLE accounts AS
SELECT
  CAST(row_number() OVER () AS INTEGER) AS account_no, account_id AS account_id, risk AS risk,
  probability AS probability, flagged AS flagged, role AS role,
    role_reason AS role_reason, ring_id AS ring_id, membership AS membership,
  behaviour AS behaviour, one_hop AS one_hop, propagated AS propagated, ring AS ring, label AS label,
  degree AS degree, headline AS headline
FROM (
  SELECT
    account_id AS account_id, risk AS risk, probability AS probability, flagged AS flagged, role AS role,
    role_reason AS role_reason,
    ring_id AS ring_id, membership AS membership, behaviour AS behaviour, one_hop AS one_hop,
    propagated AS propagated, ring AS ring, label AS label, degree AS degree, headline AS headline
  FROM incoming
  ORDER BY account_id
) AS sorted
