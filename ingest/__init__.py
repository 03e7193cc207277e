"""Feeds in: read, validate, normalise, replace identifiers by tokens, commit to the ledger."""
