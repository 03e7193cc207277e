-- Members by ring, surest first.
CREATE OR REPLACE TABLE ring_members AS
SELECT r.ring_no AS ring_no, a.account_no AS account_no, m.membership AS membership, m.confidence AS confidence
FROM incoming AS m
JOIN ring_numbers AS r ON r.ring_id = m.ring_id
JOIN account_numbers AS a ON a.account_id = m.account_id
ORDER BY ring_no, confidence DESC, account_no
