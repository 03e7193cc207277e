"""Why two accounts are linked, as text for a terminal."""

from collections.abc import Iterator, Sequence

from linkgraph.explain import paths
from linkgraph.explain.doubts import apart, count
from linkgraph.explain.explanation import Shared
from linkgraph.explain.paths import Common, Family, WhyLinked
from linkgraph.explain.reach import Step
from linkgraph.explain.signs import reasons
from linkgraph.explain.text import day, doubt_line, plain, short, when
from linkgraph.explain.walks import Path
from linkgraph.model import Account, Link, Observation


def render_why(why: WhyLinked) -> str:
    """The answer in lines of plain text, ending with a newline."""
    parts = [_head(why), _direct(why), _hubs(why), _ways(why), _verdicts(why), _doubts(why), _limits(why)]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(why: WhyLinked) -> Iterator[str]:
    ends = f"{plain(why.account_a.account_id)} and {plain(why.account_b.account_id)}"
    yield f"{ends}: {_verdict(why)} ({when(why.run)})"
    for each in (why.account_a, why.account_b):
        yield f"  {_who(each)}"


def _verdict(why: WhyLinked) -> str:
    if why.pair is not None:
        return f"linked, {why.pair.bits:+.1f} bits, probability {why.pair.probability:.3f}"
    if why.state == paths.DIRECT:
        return "no pair of this run, though they share something that counts"
    if why.state == paths.PATH:
        return f"not linked themselves; {count(len(why.paths[0].steps), 'hop')} apart"
    if why.state == paths.OUT_OF_TIME:
        return "linked only by uses that cannot have followed one another"
    read = " among what was read" if why.limits_hit else ""
    return f"not linked within {count(why.hops, 'hop')}{read}"


def _who(account: Account) -> str:
    words = [f"risk {account.risk:.3f}", *(["flagged"] if account.flagged else []), f"role {account.role}"]
    words += [f"label {account.label}"] if account.label else []
    words += [f"ring {plain(account.ring_id)}"] if account.ring_id else []
    return f"{plain(account.account_id)}  {', '.join(words)}"


def _direct(why: WhyLinked) -> Iterator[str]:
    if why.families:
        yield "What they share, by family: the strongest of a family counts, families add up"
    for family in why.families:
        yield from _family(family, why)


def _family(family: Family, why: WhyLinked) -> Iterator[str]:
    signs = f" ({'; '.join(family.signs)})" if family.signs else ""
    yield f"  {family.name}: {family.bits:.1f} bits{signs}" if family.bits else f"  {family.name}: no evidence"
    for each in family.shared:
        yield f"    {_thing(each)}"
        for side in (each.shared.mine, each.shared.theirs):
            if side is not None:
                yield f"      {_use(side)}{_sources(why, side)}"


def _thing(common: Common) -> str:
    identifier = common.shared.identifier
    words = [f"{identifier.degree:,} accounts", *_time(common.shared)]
    words += [identifier.class_name] if identifier.class_name else []
    words.append(f"{common.bits:.1f} bits" if common.bits else "no evidence")
    note = "; adds nothing to it" if common.bits and not common.independent else ""
    return f"{identifier.kind} {short(identifier.identifier)}  {', '.join(words)}{note}"


def _time(shared: Shared) -> list[str]:
    if shared.overlap_days is None:
        return []
    if shared.gap_days is not None:
        return [apart(shared.gap_days)]
    return [f"both over {count(shared.overlap_days, 'day')}"]


def _use(link: Link) -> str:
    return f"{plain(link.account_id)}  {day(link.first_seen)} to {day(link.last_seen)}, {count(link.n, 'observation')}"


def _sources(why: WhyLinked, link: Link) -> str:
    seen = why.observations(link)
    return f"  [{', '.join(_cited(seen))}]" if seen else ""


def _cited(seen: Sequence[Observation]) -> list[str]:
    return [f"{each.feed} {short(each.source_id) if each.source_id else _line(each)}" for each in seen]


def _line(observation: Observation) -> str:
    return f"{observation.batch[:8]} line {observation.line}"


def _hubs(why: WhyLinked) -> Iterator[str]:
    if why.not_counted:
        yield "Shared, not counted"
    for each in why.not_counted:
        named = f"{each.identifier.kind} {short(each.identifier.identifier)}"
        yield f"  {named}  {each.identifier.degree:,} accounts: {plain(each.identifier.why or 'a hub')}"


def _ways(why: WhyLinked) -> Iterator[str]:
    if why.paths:
        yield "Best paths; account, identifier, account is one hop"
    for path in why.paths:
        yield from _path(path, why)


def _path(path: Path, why: WhyLinked) -> Iterator[str]:
    time = "" if path.in_time else ", not in time"
    yield f"  {count(len(path.steps), 'hop')}, cost {path.cost:.1f}{time}: {' - '.join(map(plain, path.accounts))}"
    if len(path.steps) == 1 and why.families:
        return
    for step in path.steps:
        yield f"    {_step(step)}"
        for side in (step.left, step.came):
            if side is not None:
                yield f"      {_use(side)}{_sources(why, side)}"
        if step.target != path.accounts[-1]:
            yield f"    {_who(why.people[step.target])}"


def _step(step: Step) -> str:
    if step.identifier is not None:
        found = step.identifier
        return f"through {found.kind} {short(found.identifier)}  {found.degree:,} accounts"
    return f"by {plain('; '.join(reasons(step.pair)))}" if step.pair else ""


def _verdicts(why: WhyLinked) -> Iterator[str]:
    if why.verdicts:
        yield "What reviewers ruled"
    for each in why.verdicts:
        verdict = each.verdict
        about = f"{verdict.kind} {short(verdict.identifier)}" if verdict.identifier else " and ".join(verdict.accounts)
        ends = (why.account_a.account_id, why.account_b.account_id)
        way = "" if each.between == ends else f" (on the way from {' to '.join(each.between)})"
        yield plain(f"  {verdict.verdict_id} of {day(verdict.decided_at)} on {about}{way}: {each.text}")


def _doubts(why: WhyLinked) -> Iterator[str]:
    if why.doubts:
        yield "Reasons to doubt"
    for doubt in why.doubts:
        yield f"  - {doubt_line(doubt)}"


def _limits(why: WhyLinked) -> Iterator[str]:
    if why.limits_hit:
        yield f"Cut at a limit: {', '.join(why.limits_hit)}"
    if why.cited is None:
        yield "Observations are not cited here"
