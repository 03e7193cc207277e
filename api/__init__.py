"""The read API over a published run."""
