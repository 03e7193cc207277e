"""The Neo4j store: a run written into one plain graph beside what readers see, and views of the runs it holds.

A publish writes what changed since the run before. What is new carries the number of its publish as `since`, what has
ended as `until`; a node that changes keeps the values it had in the run before as `was_*`. The next publish takes all
of that away first. So the published run can be read throughout a publish, and the one before it until the next begins.
"""

from linkgraph.settings import Settings
from linkgraph.store.neo4j.connection import Login
from linkgraph.store.neo4j.view import Neo4jView
from linkgraph.store.neo4j.writer import Neo4jWriter

__all__ = ["Login", "Neo4jView", "Neo4jWriter", "login_of"]


def login_of(settings: Settings) -> Login:
    """How the settings say that the server is reached."""
    return Login(settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password.get_secret_value())
