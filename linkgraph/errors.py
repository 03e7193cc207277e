"""Every error the library raises on purpose.

LinkgraphError                 one line that says what and where; never holds a submitted value
├── UsageError                 the call itself is wrong: unknown feed, unsafe host, bad option   (exit code 2)
├── InputError                 a file that cannot be taken: whole file refused, nothing of it kept
├── LedgerError                the ledger cannot be read or written
├── RunError                   a night failed, is missing, is locked, or broke an invariant
├── NotFoundError              an account, ring or run that is not in the published run
├── ConflictError              what is asked for does not fit what is there: a verdict decided already, one's own
│   └── StaleError             it has changed since it was read
├── CaseworkError              the casework database (keys, audit, verdicts) is down or refuses us
└── StoreError                 the graph store is down, refuses us, or is not ours
    └── StoreBusyError         the store is being published to; try again shortly
"""


class LinkgraphError(Exception):
    """Root of the tree: its message is one line, fit to be shown to the person who called."""


class UsageError(LinkgraphError):
    """The command or setting is wrong; nothing was started."""


class InputError(LinkgraphError):
    """A feed file was refused as a whole; nothing of it reached the ledger."""


class LedgerError(LinkgraphError):
    """The ledger could not be read or written."""


class RunError(LinkgraphError):
    """A night could not start, broke an invariant, or its record is damaged."""


class NotFoundError(LinkgraphError):
    """The thing asked for is not in the run that was read."""


class ConflictError(LinkgraphError):
    """What is asked for does not fit the state of the thing, or who asks."""


class StaleError(ConflictError):
    """The thing has changed since it was read: read it again."""


class CaseworkError(LinkgraphError):
    """The casework database cannot be used: unreachable, locked, wrong version, or its audit chain is not sound."""


class StoreError(LinkgraphError):
    """The graph store cannot be used: unreachable, refused, wrong version, or not ours."""


class StoreBusyError(StoreError):
    """A publish is under way; readers must wait rather than see half a night."""
