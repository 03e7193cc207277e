"""The ledger: what we were told, when it happened, when we knew it. Appended to, never edited."""

from linkgraph.ledger.log import FileEntry, Ledger
from linkgraph.ledger.schema import COMMON, FEEDS, Feed

__all__ = ["COMMON", "FEEDS", "Feed", "FileEntry", "Ledger"]
