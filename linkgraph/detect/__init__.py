"""Finds pairs, rings and risk: arrays and tables in, tables out; no store, no settings, no clock."""
