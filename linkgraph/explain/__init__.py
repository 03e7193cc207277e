"""Takes a score apart: exact contributions, no second model."""
