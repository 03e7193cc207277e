"""Which verdicts bear on what may link two accounts, and what each of them changed between the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from linkgraph.classes import VERDICT
from linkgraph.explain import ruled
from linkgraph.explain.doubts import count
from linkgraph.explain.explanation import Doubt
from linkgraph.model import Verdict
from linkgraph.solved import Solved


@dataclass(frozen=True, slots=True)
class Rulings:
    """The verdicts in force in a run, and its solved network, which knows whom they parted."""

    verdicts: tuple[Verdict, ...]
    net: Solved


@dataclass(frozen=True, slots=True)
class Span:
    """Two accounts, and the identifiers (`kind:token`) that lead from one to the other."""

    ends: tuple[str, str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bearing:
    """A verdict that bears on what may link the two accounts of `between`.

    parts: what it is about links them no more. text: what it changed between them, or that it changed nothing.
    """

    verdict: Verdict
    between: tuple[str, str]
    parts: bool
    text: str


def bearing(rulings: Rulings, spans: Sequence[Span]) -> list[Bearing]:
    """The verdicts on the two accounts of each span, and on the identifiers that lead from one to the other."""
    found: dict[tuple[str, frozenset[str]], Bearing] = {}
    for span in spans:
        parting = ruled.parting(rulings.net, *span.ends)
        for verdict in rulings.verdicts:
            if _bears(verdict, span):
                parts = verdict.verdict_id in parting
                told = Bearing(verdict, span.ends, parts, _text(verdict, span, parts))
                found.setdefault((verdict.verdict_id, frozenset(span.ends)), told)
    return list(found.values())


def doubts(found: Sequence[Bearing], ends: tuple[str, str], *, linked: bool) -> Iterator[Doubt]:
    """What reviewers ruled out between the ends, and on the way from one to the other. linked: the ends are a pair."""
    for each in found:
        if not each.parts:
            continue
        word, verdict_id = each.verdict.verdict, each.verdict.verdict_id
        if each.between != ends:
            way = f"a reviewer ruled out what leads from {each.between[0]} to {each.between[1]} ({word})"
            yield Doubt("ruled_apart", way, verdict_id)
        elif linked:
            yield Doubt("ruled_apart", ruled.still_linked(word), verdict_id)
        else:
            yield Doubt("ruled_apart", f"a reviewer ruled out what they share ({word})", verdict_id)


def _bears(verdict: Verdict, span: Span) -> bool:
    if verdict.identifier is not None:
        return f"{verdict.kind}:{verdict.identifier}" in span.keys
    return set(verdict.accounts) == set(span.ends)


def _text(verdict: Verdict, span: Span, parts: bool) -> str:
    if verdict.identifier is None:
        return "nothing that the two share links them, nor any sign between them"
    if verdict.verdict in ("shared_by", "stolen_from"):
        return _of_some(verdict, span, parts)
    if verdict.class_name == VERDICT:
        return "ordinary: it counts, whatever lists and rules say of it"
    name = verdict.class_name or "no evidence"
    return f"{name}: it links nobody any more" if parts else f"{name}: it linked nobody before either"


def _of_some(verdict: Verdict, span: Span, parts: bool) -> str:
    named = [each for each in span.ends if each in verdict.accounts]
    if verdict.verdict == "stolen_from":
        holder = verdict.accounts[0]
        return f"stolen from {holder}: " + (f"it links {holder} with nobody" if parts else _STAYS)
    group = f"shared by {count(len(verdict.accounts), 'account')}"
    if len(named) == len(span.ends):
        return f"{group}, these two among them: it says nothing between them"
    return f"{group}, of these two {f'only {named[0]}' if named else 'neither'}: {_STAYS}"


_STAYS = "between these two it counts as before"
