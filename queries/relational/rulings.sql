-- The verdicts that part accounts, each with its id and word in one text, in the order of the text.
-- returns: verdict_id, ruling
SELECT verdicts.verdict_id AS verdict_id, verdicts.verdict_id || ' ' || verdicts.verdict AS ruling
FROM verdicts
WHERE verdicts.verdict_id IN (SELECT apart.verdict_id FROM apart)
ORDER BY ruling
