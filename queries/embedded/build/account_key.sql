-- Finds an account by its id; refuses a second account with the same id.
CREATE UNIQUE INDEX account_key ON accounts (account_id)
