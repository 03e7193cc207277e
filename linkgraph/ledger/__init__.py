"""The ledger: what we were told, when it happened, when we knew it. Appended to, never edited."""

from linkgraph.ledger.citing import cite
from linkgraph.ledger.log import FileEntry, Ledger
from linkgraph.ledger.schema import CLASSES, COMMON, FEEDS, TABLES, Feed

__all__ = ["CLASSES", "COMMON", "FEEDS", "TABLES", "Feed", "FileEntry", "Ledger", "cite"]
