-- Accounts of the run in the order of their ids; the row of one, counted from 0, is its number, so a number sorts as its id does.
-- `incoming` is the stream of rows being written, here and in the other statements of this folder.
CREATE OR REPLACE TABLE accounts AS
SELECT
  account_id AS account_id, risk AS risk, probability AS probability, flagged AS flagged, role AS role,
  role_reason AS role_reason,
  ring_id AS ring_id, membership AS membership, behaviour AS behaviour, one_hop AS one_hop,
  propagated AS propagated, ring AS ring, label AS label, degree AS degree, headline AS headline
FROM incoming
ORDER BY account_id
