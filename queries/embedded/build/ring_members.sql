-- Members by ring, in the order readers want them.
CREATE OR REPLACE TABLE ring_members AS
SELECT
  r.ring_no AS ring_no,
  CAST(row_number() OVER (PARTITION BY r.ring_no ORDER BY m.confidence DESC, a.account_no) AS INTEGER) AS place,
  a.account_no AS account_no, m.membership AS membership, m.confidence AS confidence
FROM incoming AS m
JOIN rings AS r ON r.ring_id = m.ring_id
JOIN accounts AS a ON a.account_id = m.account_id
ORDER BY ring_no, place
