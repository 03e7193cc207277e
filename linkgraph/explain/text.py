"""An explanation as text for a terminal. Characters that could steer a terminal are shown as escapes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from linkgraph.explain.doubts import apart, count
from linkgraph.explain.explanation import Doubt, Explanation, Fact, OwnLink, PairReasons, Shared
from linkgraph.explain.whatif import Standing, WhatIf
from linkgraph.model import Contribution, RunStamp

_SIGNALS_SHOWN = 8
_SEEDS_SHOWN = 5
_STORIES = {
    "household": "one household",
    "workplace": "one workplace",
    "handed_on": "a thing that was sold or handed on",
    "crowd": "an address or a thing that many use",
    "victim": "the victim of somebody else",
}


def render(explanation: Explanation) -> str:
    """The explanation in lines of plain text, ending with a newline."""
    parts = [_head(explanation), _score(explanation), _links(explanation), _pairs(explanation), _hubs(explanation)]
    parts += [_signals(explanation), _sources(explanation), _doubts(explanation), _rivals(explanation)]
    parts += [_clearing(explanation), _ring(explanation), _limits(explanation), _next(explanation)]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(explanation: Explanation) -> Iterator[str]:
    account = explanation.account
    words = [f"risk {account.risk:.3f}", "flagged" if account.flagged else "not flagged", f"role {account.role}"]
    if account.probability is not None:
        words.insert(1, f"probability {account.probability:.3f}")
    if account.label is not None:
        words.append(f"label {account.label}")
    yield f"Account {plain(account.account_id)}: {', '.join(words)} ({when(explanation.run)})"
    if account.headline:
        yield f"  {plain(account.headline)}"
    yield f"  Role {account.role}: {plain(account.role_reason)}"
    yield f"  Configuration {plain(explanation.run.config_hash)}"


def when(run: RunStamp) -> str:
    """Which run, of which day, and whether anything has been learned."""
    # A cold start ranks by starting values, and whoever reads a number from it must know.
    return f"run {plain(run.run_id)}, as of {day(run.as_of)}{', cold start' if run.cold_start else ''}"


def _score(explanation: Explanation) -> Iterator[str]:
    yield f"Score {explanation.score:+.3f} log-odds = base {explanation.base:+.3f} and"
    if not explanation.contributions:
        yield "  nothing: no evidence in this run"
    for each in explanation.contributions:
        yield f"  {each.log_odds:+8.3f}  {each.block:<10}  {plain(each.reason)}{_source(each)}"


def _source(contribution: Contribution) -> str:
    names = []
    if contribution.kind and contribution.identifier:
        names.append(f"{contribution.kind} {short(contribution.identifier)}")
    if contribution.other_account_id:
        names.append(f"with {plain(contribution.other_account_id)}")
    return f"  [{', '.join(names)}]" if names else ""


def _links(explanation: Explanation) -> Iterator[str]:
    if explanation.links:
        yield "Identifiers that count"
    for each in explanation.links:
        why = f": {plain(each.identifier.why)}" if each.identifier.why else ""
        yield f"  {_name(each)}  {_others(each)}, {day(each.link.first_seen)} to {day(each.link.last_seen)}{why}"


def _pairs(explanation: Explanation) -> Iterator[str]:
    if explanation.pairs:
        yield "Strongest pairs"
    for each in explanation.pairs:
        yield from _pair(each)


def _pair(reasons: PairReasons) -> Iterator[str]:
    pair = reasons.pair
    yield f"  with {plain(reasons.other_account_id)}: {pair.bits:+.1f} bits, probability {pair.probability:.3f}"
    for reason in reasons.reasons:
        yield f"    for      {plain(reason)}"
    for shared in reasons.shared:
        again = "" if shared.identifier.key in reasons.independent else "; adds nothing"
        yield f"    shared   {shared.identifier.kind} {short(shared.identifier.identifier)}  {_time(shared)}{again}"
    for doubt in reasons.doubts:
        yield f"    against  {doubt_line(doubt)}"


def _time(shared: Shared) -> str:
    crowd = f"{shared.identifier.degree:,} accounts"
    if shared.mine is None or shared.theirs is None:
        return crowd
    last = f"last {day(min(shared.mine.last_seen, shared.theirs.last_seen))}"
    known = shared.mine.sessions or shared.theirs.sessions
    sessions = f", in {shared.mine.sessions:,} and {count(shared.theirs.sessions, 'session')}" if known else ""
    over = f"both over {count(shared.overlap_days or 0, 'day')}" if shared.gap_days is None else apart(shared.gap_days)
    return f"{crowd}, {over}, {last}{sessions}"


def _hubs(explanation: Explanation) -> Iterator[str]:
    if explanation.not_counted:
        yield "Shown, not counted"
    for each in explanation.not_counted:
        yield f"  {_name(each)}  {each.identifier.degree:,} accounts: {plain(each.identifier.why or 'a hub')}"


def _signals(explanation: Explanation) -> Iterator[str]:
    if explanation.signals:
        yield "Behaviour that stands out"
    for each in explanation.signals[:_SIGNALS_SHOWN]:
        weight = f"{each.log_odds:+.3f}" if each.log_odds else "not counted"
        yield f"  {weight:>11}  {plain(each.reason)}"
    if len(explanation.signals) > _SIGNALS_SHOWN:
        yield f"  and {len(explanation.signals) - _SIGNALS_SHOWN} more: --json"


def _sources(explanation: Explanation) -> Iterator[str]:
    found = explanation.sources
    if found is None:
        return
    yield "Where the risk that reaches it by links comes from"
    for seed in found.seeds[:_SEEDS_SHOWN]:
        who = f"the intruder of {plain(seed.account_id)}" if seed.intruder else plain(seed.account_id)
        yield f"  {seed.share:6.1%}  {who}"
    rest = found.smaller + sum(seed.share for seed in found.seeds[_SEEDS_SHOWN:])
    yield from [f"  {rest:6.1%}  other labelled accounts"] if rest > 0 else []
    yield from [f"  {found.remainder:6.1%}  further away than was looked"] if found.remainder > 0 else []


def _clearing(explanation: Explanation) -> Iterator[str]:
    found = explanation.clearing
    if found is None:
        return
    if not found.cleared:
        by = f": ring {plain(found.after.ring_id)} holds it by more" if found.after.ring_id else ""
        yield f"Still flagged without the {count(len(found.identifiers), 'identifier')} that carry most{by}"
        return
    yield f"Not flagged without {count(len(found.identifiers), 'identifier')}, with risk {found.after.risk:.3f}"
    for key in found.identifiers:
        kind, _, token = key.partition(":")
        yield f"  {kind} {short(token)}"


def render_what_if(found: WhatIf, run: RunStamp) -> str:
    """What would be, in lines of plain text, ending with a newline."""
    before, after = found.effect.before, found.effect.after
    lines = [f"Account {plain(found.effect.account_id)} ({when(run)})"]
    lines += [f"  {name:<6}  {standing(each)}" for name, each in (("now", before), ("then", after))]
    lines += [f"  of no effect, since it is no evidence in this run: {plain(each)}" for each in found.without_effect]
    if found.leaves_with:
        lines.append(f"  it leaves its ring, with {', '.join(map(plain, found.leaves_with))}")
    lines.append(f"  exact to {found.bound:.0e} log-odds; nothing was stored")
    lines += [f"  cut by a limit: {', '.join(found.limits_hit)}"] if found.limits_hit else []
    return "\n".join(lines) + "\n"


def standing(found: Standing) -> str:
    """What a night says of an account, or would say."""
    ring = f"in ring {plain(found.ring_id)}" if found.ring_id else "in no ring"
    flagged = "flagged" if found.flagged else "not flagged"
    return f"score {found.score:+.3f}, risk {found.risk:.3f}, {flagged}, {ring}"


def _doubts(explanation: Explanation) -> Iterator[str]:
    if explanation.doubts:
        yield "Reasons to doubt"
    for doubt in explanation.doubts:
        yield f"  - {doubt_line(doubt)}"


def _rivals(explanation: Explanation) -> Iterator[str]:
    # That it is one hand is what all the rest of the text is about.
    for rival in explanation.rivals[1:]:
        yield f"Rival explanation: {_STORIES[rival.name]}"
        yield from (f"    for      {_fact(each)}" for each in rival.supports)
        yield from (f"    against  {_fact(each)}" for each in rival.opposes)


def _fact(each: Fact) -> str:
    # An account is named by the text.
    return plain(f"{each.text} ({short(each.source)})" if each.source and ":" in each.source else each.text)


def _next(explanation: Explanation) -> Iterator[str]:
    step = explanation.next_step
    if step is not None:
        about = f" ({short(step.about)})" if step.about and step.about not in step.text else ""
        yield f"Next: {plain(step.text)}{about}"


def doubt_line(doubt: Doubt) -> str:
    """A doubt and what it is about."""
    return plain(f"{doubt.text} ({short(doubt.about)})" if doubt.about else doubt.text)


def _ring(explanation: Explanation) -> Iterator[str]:
    ring, own = explanation.ring, explanation.membership
    if ring is None:
        return
    place = f", this account {own.membership} with confidence {own.confidence:.2f}" if own else ""
    yield f"Ring {plain(ring.ring_id)}: {ring.size} accounts, {ring.core_size} of them core, {ring.status}{place}"
    if ring.headline:
        yield f"  {plain(ring.headline)}"
    for member in explanation.members:
        yield f"  {member.membership:<7} {member.confidence:.2f}  {plain(member.account_id)}"


def _limits(explanation: Explanation) -> Iterator[str]:
    if explanation.limits_hit:
        yield f"Cut at a limit: {', '.join(explanation.limits_hit)}"


def _name(own: OwnLink) -> str:
    return f"{own.link.kind:<11} {short(own.link.identifier)}"


def _others(own: OwnLink) -> str:
    others = own.other_accounts
    return f"{others:,} other accounts" if others > 1 else ("1 other account" if others else "no other account")


def short(text: str) -> str:
    """The beginning of a long text."""
    # Tokens are long and only their beginning is ever compared by eye.
    return plain(text if len(text) <= 24 else f"{text[:20]}...")


def plain(text: str) -> str:
    """The text with characters that could steer a terminal as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def day(seconds: int) -> str:
    """The day of a time, UTC."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
