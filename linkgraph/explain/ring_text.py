"""A ring as text for a terminal: members, what holds it together, what it falls apart without, its pairs."""

from collections.abc import Iterator

from linkgraph.explain.bridges import Bridge, Holder
from linkgraph.explain.doubts import count
from linkgraph.explain.history_text import accounts_in_words, event_lines
from linkgraph.explain.ring import RingReport
from linkgraph.explain.text import plain, short, when
from linkgraph.model import RunStamp


def render_ring(report: RingReport, run: RunStamp) -> str:
    """A ring in lines of plain text, ending with a newline."""
    parts = [
        _head(report, run),
        _changes(report),
        _members(report),
        _holders(report),
        _bridges(report),
        _links(report),
        iter([f"Cut at a limit: {', '.join(report.limits_hit)}"] if report.limits_hit else []),
    ]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(report: RingReport, run: RunStamp) -> Iterator[str]:
    ring = report.ring
    if report.alias is not None:
        yield f"{plain(report.alias)} is now part of ring {plain(ring.ring_id)}."
    elif report.aliases:
        yield f"Rings that are now part of it: {plain(', '.join(report.aliases))}"
    yield f"Ring {plain(ring.ring_id)}: {ring.status}, score {ring.score:.2f} ({when(run)})"
    if ring.headline:
        yield f"  {plain(ring.headline)}"
    apart = f"; its core falls apart without {count(ring.fragility, 'identifier')}" if ring.fragility else ""
    yield f"  {count(ring.size, 'account')}, {ring.core_size} of them core; density {ring.density:.2f}{apart}"
    if ring.exposures:
        yield f"  disputes of its members are about {plain(', '.join(map(_money, ring.exposures)))}"
    if ring.typology:
        yield f"  typology {plain(ring.typology)}, by the labels of most of its confirmed fraud"
    yield f"  first seen in run {plain(ring.first_seen_run)}, last changed in run {plain(ring.last_changed_run)}"


def _money(exposure: str) -> str:
    currency, _, amount = exposure.partition("=")
    return f"{amount} {currency}"


def _changes(report: RingReport) -> Iterator[str]:
    if report.changes is not None:
        yield "Since then" if report.changes else "Nothing has happened to it since then"
        yield from event_lines(report.changes, report.ring.ring_id)


def _members(report: RingReport) -> Iterator[str]:
    yield "Members"
    for member, account in report.members:
        words = [f"risk {account.risk:.3f}", *(["flagged"] if account.flagged else []), f"role {account.role}"]
        words += [f"label {account.label}"] if account.label else []
        place = f"{member.membership:<7} {member.confidence:.2f}"
        yield f"  {place}  {plain(member.account_id)}  {', '.join(words)}"


def _holders(report: RingReport) -> Iterator[str]:
    if report.holding.holders:
        yield "What holds it together"
        yield "  members  pairs  bits"
    for each in report.holding.holders:
        crowd = f"  {each.degree:,} accounts in all" if each.degree is not None else ""
        yield f"  {each.members:>7}  {each.pairs:>5}  {each.bits:>4.1f}  {_thing(each)}{crowd}"
    for family in report.holding.families:
        yield f"  {family.members:>7}  {family.pairs:>5}        in all by {plain(family.family)}"


def _thing(each: Holder | Bridge) -> str:
    name = short(each.identifier or "")
    return (
        f"{plain(each.family or '')}: {plain(each.kind)} {name}" if each.kind else f"{plain(each.family or '')}: {name}"
    )


def _bridges(report: RingReport) -> Iterator[str]:
    if report.holding.bridges:
        yield "Without one of these it falls apart, and these leave"
    for each in report.holding.bridges:
        what = f"the pair {' - '.join(map(plain, each.ends))}" if each.ends else _thing(each)
        yield f"  {what}: {accounts_in_words(each.leaving)}"


def _links(report: RingReport) -> Iterator[str]:
    if report.links:
        yield "Pairs, strongest first"
    for pair in report.links:
        ends = f"{plain(pair.account_a)} - {plain(pair.account_b)}"
        yield f"  {ends}  {pair.bits:+.1f} bits, probability {pair.probability:.3f}  {plain(', '.join(pair.families))}"
