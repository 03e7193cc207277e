-- What an intruder brought to each account that was taken over: links to evidence that the account, older than that, did not
-- have until shortly before people knew. What it had before stays the victim's, and so does what it got afterwards.
-- returns: account, identifier
SELECT evidence_links.account AS account, evidence_links.identifier AS identifier
FROM evidence_links
JOIN takeovers ON takeovers.account = evidence_links.account
JOIN seeds ON seeds.account = evidence_links.account AND seeds.label = 'victim'
JOIN roster ON roster.id = evidence_links.account
JOIN (SELECT account_id, min(first_seen) AS since FROM used GROUP BY account_id) AS known ON known.account_id = roster.account_id
CROSS JOIN spans
WHERE evidence_links.first_seen > takeovers."at" - spans.takeover // 1000000 AND evidence_links.first_seen <= takeovers."at"
  AND known.since <= takeovers."at" - spans.takeover // 1000000
ORDER BY account, identifier
