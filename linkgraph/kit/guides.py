"""Guides for the Neo4j Browser: slides of text and of blocks that run at a click.

A block is a statement of `queries/browser` as it stands there. What it asks about is set by one block of parameters
before it, the only place where an id meets the Browser's command line. All other text is escaped for HTML.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Any, Final

from linkgraph import queries
from linkgraph.errors import NotFoundError
from linkgraph.explain.ring import find_ring
from linkgraph.model import RunStamp
from linkgraph.store.base import GraphView

DEFAULTS: Final[dict[str, Any]] = {
    "degree": 50,
    "hops": 3,
    "limit": 50,
    "score": 0,
    "text": "",
    "account_id": "",
    "other_id": "",
    "ring_id": "",
}
"""Parameters as long as nothing else is said; `degree` is the largest number of accounts that counts as evidence."""

_SHOWN = 20
_PLAIN = re.compile(r"[A-Za-z0-9 _.-]")

_ABOUT: Final = {
    "find": "Where to begin",
    "account": "One account",
    "ring": "One ring",
}


def title_of(name: str) -> str:
    """What the statement `name` of `queries/browser` is called: its first line up to the colon."""
    return _told(name)[0]


def start_guide() -> str:
    """The guide to begin with: what there is, and every statement with its parameters."""
    slides = [
        _slide(
            "Accounts and what they share",
            "<p>Accounts are joined by what they used: devices, addresses, cards, wallets. Red is a perpetrator, orange"
            " a mule, blue a victim; a thick border is a flag, a large account a high risk. A small grey identifier is"
            " a hub: too many accounts use it to count as evidence, so no question follows it.</p>"
            "<p>A click on a block puts it into the editor, where it can be run. First run the block of parameters,"
            " with the ids you ask about put in; it replaces those set before.</p>"
            "<p>What a picture shows beside its table may be of the next run while that is being published; columns are"
            " always of the published run.</p>",
            _parameters(DEFAULTS),
        )
    ]
    for group, title in _ABOUT.items():
        slides.append(_slide(title, *[_block(name) for name in queries.names("browser", group)]))
    return _page(slides)


def ring_guide(view: GraphView, ring_id: str) -> str:
    """The guide of one ring of a run, or of the one that its id has merged into; NotFoundError if there is none."""
    ring = find_ring(view, ring_id)
    ring_id = ring.ring_id
    members = view.members([ring_id])
    accounts = {each.account_id: each for each in view.accounts([each.account_id for each in members[:_SHOWN]])}
    facts = {
        "headline": ring.headline,
        "score": f"{ring.score:.2f}",
        "accounts": f"{ring.size:,}, {ring.core_size:,} of them in the core",
        "in dispute": ", ".join(ring.exposures) or "nothing",
        "typology": ring.typology or "no label says",
        "status": ring.status,
        "first seen": ring.first_seen_run,
        "last changed": ring.last_changed_run,
    }
    rows = [
        (each.account_id, each.membership, accounts[each.account_id].role, f"{accounts[each.account_id].risk:.2f}")
        for each in members[:_SHOWN]
        if each.account_id in accounts
    ]
    first = [each.account_id for each in members[:2]] + ["", ""]
    given = {"ring_id": ring_id, "account_id": first[0], "other_id": first[1]}
    slides = [
        _slide(f"Ring {ring_id}", _facts(facts), _of(view.run()), _parameters(DEFAULTS | given)),
        _slide("What holds it", *[_block(name) for name in ("ring/picture", "ring/pairs", "ring/events")]),
        _slide("Its members", _table(("account", "place", "role", "risk"), rows, len(members))),
        _slide(
            "One member",
            "<p>Asked of its surest member; for another one set account_id in the parameters.</p>",
            *[_block(name) for name in ("account/card", "account/sharing", "account/hubs", "account/linked")],
        ),
    ]
    return _page(slides)


def account_guide(view: GraphView, account_id: str) -> str:
    """The guide of one account of a run."""
    accounts = view.accounts([account_id])
    if not accounts:
        raise NotFoundError(f"no account {account_id}")
    account, reasons, pairs = accounts[0], view.contributions([account_id]), view.pairs([account_id], 1)
    facts = {
        "headline": account.headline,
        "risk": f"{account.risk:.2f}{', flagged' if account.flagged else ''}",
        "role": f"{account.role}: {account.role_reason}",
        "ring": f"{account.ring_id} ({account.membership})" if account.ring_id else "none",
        "known as": account.label or "nothing is known",
    }
    rows = [(each.block, f"{each.log_odds:+.2f}", each.reason) for each in reasons[:_SHOWN]]
    others = [end for pair in pairs for end in (pair.account_a, pair.account_b) if end != account_id]
    given = {"account_id": account_id, "other_id": (others or [""])[0], "ring_id": account.ring_id or ""}
    asked = ("account/card", "account/reasons", "account/used", "account/hubs")
    slides = [
        _slide(f"Account {account_id}", _facts(facts), _of(view.run()), _parameters(DEFAULTS | given)),
        _slide("Why it has its score", _table(("block", "log-odds", "reason"), rows, len(reasons))),
        _slide("What it used", *[_block(name) for name in asked]),
        _slide("Whom it is linked to", *[_block(name) for name in ("account/sharing", "account/linked")]),
    ]
    if account.ring_id:
        slides.append(_slide("Its ring", *[_block(name) for name in ("ring/picture", "ring/pairs", "ring/events")]))
    return _page(slides)


def _told(name: str) -> tuple[str, str]:
    title, _, rest = queries.source("browser", name).partition("\n")[0].removeprefix("// ").partition(": ")
    return title, rest


def command_of(given: Mapping[str, Any]) -> str:
    """The Browser's command that sets these parameters, in place of those before.

    One Browser reads it as a kind of JSON, the other as Cypher, which resolves escapes by number before it looks for
    quotes: so quotes and backslashes are escaped in the way that both know, and no backslash is followed by a plain u.
    """
    values = (f"{name}: {_quoted(each) if isinstance(each, str) else each}" for name, each in sorted(given.items()))
    return f":param {{{', '.join(values)}}}"


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(before, char) for before, char in pairwise(f" {text}")) + '"'


def _escaped(before: str, char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if _PLAIN.match(char) and before + char != "\\u":
        return char
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _parameters(given: Mapping[str, Any]) -> str:
    return f"<p>Parameters</p>{_runnable(command_of(given))}"


def _block(name: str) -> str:
    title, rest = _told(name)
    return f"<h4>{escape(title)}</h4><p>{escape(rest)}</p>{_runnable(queries.load('browser', name).text)}"


def _runnable(text: str) -> str:
    return f'<pre class="pre-scrollable code runnable">{escape(text)}</pre>'


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items())
    return f"<table>{rows}</table>"


def _table(head: Iterable[str], rows: Sequence[tuple[str, ...]], total: int) -> str:
    first = "".join(f"<th>{escape(each)}</th>" for each in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    rest = f"<p>and {total - len(rows):,} more</p>" if total > len(rows) else ""
    return f"<table><tr>{first}</tr>{lines}</table>{rest}"


def _of(stamp: RunStamp) -> str:
    day = datetime.fromtimestamp(stamp.as_of, UTC).date().isoformat()
    return f"<p>These facts are of run {escape(stamp.run_id)}, as of {day}; blocks ask the run published now.</p>"


def _slide(title: str, *parts: str) -> str:
    return f'<slide class="row-fluid"><div class="col-sm-12"><h3>{escape(title)}</h3>{"".join(parts)}</div></slide>'


def _page(slides: Iterable[str]) -> str:
    inner = "\n".join(slides)
    return f'<article class="guide">\n<carousel class="deck container-fluid">\n{inner}\n</carousel>\n</article>\n'
