"""The ledger: what we were told, when it happened, when we knew it. Appended to, never edited."""

from linkgraph.ledger.citing import cite
from linkgraph.ledger.log import FileEntry, Ledger
from linkgraph.ledger.reading import Known
from linkgraph.ledger.schema import CLASSES, COMMON, FEEDS, TABLES, Feed
from linkgraph.ledger.subject import tokens_of
from linkgraph.ledger.telling import tell

__all__ = ["CLASSES", "COMMON", "FEEDS", "TABLES", "Feed", "FileEntry", "Known", "Ledger", "cite", "tell", "tokens_of"]
