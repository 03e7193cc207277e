"""A real Neo4j Community server for tests, run from its published jars: no container engine needed."""
