"""The wire: what answers look like, and the one place where domain values become it."""
