"""Runs the relational steps of a night."""
