-- Accounts as known at the clock: the newest row of each record; retracted rows and events yet to come are left out.
-- returns: account_id, created_at, known_at, country, kyc_level, name, surname, postal_address, email, email_stem, phone, document, referrer_id, parent_account_id
SELECT
  account_id AS account_id, created_at AS created_at, known_at AS known_at, country AS country, kyc_level AS kyc_level, name AS name,
  surname AS surname, postal_address AS postal_address, email AS email, email_stem AS email_stem, phone AS phone, document AS document,
  referrer_id AS referrer_id, parent_account_id AS parent_account_id
FROM ledger_accounts, clock
WHERE record IS NULL AND NOT deleted AND known_at <= as_of
UNION ALL
SELECT
  account_id AS account_id, created_at AS created_at, known_at AS known_at, country AS country, kyc_level AS kyc_level, name AS name,
  surname AS surname, postal_address AS postal_address, email AS email, email_stem AS email_stem, phone AS phone, document AS document,
  referrer_id AS referrer_id, parent_account_id AS parent_account_id
FROM (
  SELECT
    account_id AS account_id, created_at AS created_at, known_at AS known_at, country AS country, kyc_level AS kyc_level, name AS name,
    surname AS surname, postal_address AS postal_address, email AS email, email_stem AS email_stem, phone AS phone, document AS document,
    referrer_id AS referrer_id, parent_account_id AS parent_account_id, deleted AS deleted,
    row_number() OVER (PARTITION BY record ORDER BY known_at DESC, deleted DESC, batch DESC, line DESC) AS place
  FROM ledger_accounts, clock
  WHERE record IS NOT NULL AND known_at <= as_of
) AS ranked
WHERE place = 1 AND NOT deleted
