-- Finds an identifier by 'kind:token'; refuses a second one with the same key.
CREATE UNIQUE INDEX identifier_key ON identifiers (key)
