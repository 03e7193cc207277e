"""`linkgraph verdict`: what reviewers rule on links, identifiers and accounts."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from linkgraph import runs
from linkgraph.casework import keys, verdicts
from linkgraph.casework.database import Connection
from linkgraph.casework.keys import DAY, Principal
from linkgraph.casework.opening import casework
from linkgraph.casework.outcome import MOST, Outcome, outcome
from linkgraph.casework.preview import NOT_FORESEEN, Preview, preview
from linkgraph.casework.rulings import HUB_CLASSES, WORDS, Ruling, checked
from linkgraph.casework.verdicts import Record
from linkgraph.commands.key import day, now
from linkgraph.commands.reading import AsJson, OfRun, opened, print_json
from linkgraph.errors import UsageError
from linkgraph.explain.bearing import Rulings
from linkgraph.explain.doubts import count
from linkgraph.kinds import KIND_NAMES
from linkgraph.model import RunStamp, Verdict
from linkgraph.settings import Settings, read_settings
from linkgraph.solved import needed
from linkgraph.store import open_view

app: Final = typer.Typer(no_args_is_help=True, help="Verdicts of reviewers; a night acts on those in force.")

Word = Annotated[str, typer.Argument(metavar="VERDICT", help=", ".join(WORDS))]
Target = Annotated[
    list[str],
    typer.Argument(
        help="KIND:TOKEN as `explain --json` has it, then accounts: the one, the two, the holder, the group"
    ),
]
OfClass = Annotated[str | None, typer.Option("--class", help=f"of a hub: {', '.join(HUB_CLASSES)}")]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", help="file with the access key of who rules; without: the command line")
]

# Accounts that are listed.
_SHOWN: Final = 20
# What a change makes of a verdict, for whom: as it was, if it was there, and as it is.
Change = Callable[[Connection, Principal], tuple[Record | None, Record]]


@app.command()
def add(
    verdict: Word,
    target: Target,
    reason: Annotated[str, typer.Option(help="why, in a sentence; nothing that names a person")],
    class_name: OfClass = None,
    days: Annotated[int | None, typer.Option(min=1, max=3_660, help="until it expires; without: never")] = None,
    key_file: KeyFile = None,
) -> None:
    """Rule. It acts from the next night on, or once a second person has approved it where its effect is large."""
    settings, at = read_settings(), now()
    expires = None if days is None else at + days * DAY
    ruling = checked(Ruling(verdict, *_target(target), class_name, reason, expires), at)
    found = _preview(settings, ruling)

    def propose(connection: Connection, by: Principal) -> tuple[None, Record]:
        return None, verdicts.propose(connection, ruling, found.effect, by, settings.verdict_second_from, at)

    typer.echo(_line(_changed("propose_verdict", key_file, propose, at), at))


@app.command("preview")
def show_preview(verdict: Word, target: Target, class_name: OfClass = None, as_json: AsJson = False) -> None:
    """What a verdict would change: flags lost and won, rings that shrink. Nothing is kept."""
    ruling = checked(Ruling(verdict, *_target(target), class_name, "a preview"), now())
    found = _preview(read_settings(), ruling)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=1, sort_keys=True))
    for line in [] if as_json else told(found):
        typer.echo(line)


@app.command("list")
def list_verdicts(limit: Annotated[int, typer.Option(min=1, max=1_000)] = 100, as_json: AsJson = False) -> None:
    """Verdicts, the newest first, with state and effect."""
    with casework(read_settings()) as opened, opened.database.read() as connection:
        found, at = verdicts.list_verdicts(connection, limit), now()
    if as_json:
        typer.echo(json.dumps([_shown(each, at) for each in found], indent=1, sort_keys=True))
    for each in [] if as_json else found:
        typer.echo(_line(each, at))


@app.command()
def show(verdict_id: str, run_id: OfRun = None, as_json: AsJson = False) -> None:
    """A verdict, and what it changed in the published run: whom it parted, whether what was foreseen came about."""
    settings, at = read_settings(), now()
    with casework(settings) as made, made.database.read() as connection:
        record = verdicts.read_verdict(connection, verdict_id)
    with opened(run_id) as (view, net):
        stamp = view.run()
        run = runs.open_run(settings.home, stamp.run_id)
        found = outcome(view, Rulings(run.verdicts(), needed(net)), record)
    if as_json:
        print_json({"verdict": _shown(record, at), "run": asdict(stamp), "outcome": asdict(found)})
    for line in [] if as_json else [_line(record, at), *told_of(found, stamp)]:
        typer.echo(line)


@app.command()
def approve(verdict_id: str, key_file: KeyFile = None) -> None:
    """Put a proposed verdict of somebody else's in force."""
    _act("approve_verdict", verdicts.approve, verdict_id, key_file)


@app.command()
def reject(verdict_id: str, key_file: KeyFile = None) -> None:
    """Refuse a proposed verdict of somebody else's."""
    _act("reject_verdict", verdicts.reject, verdict_id, key_file)


@app.command()
def withdraw(verdict_id: str, key_file: KeyFile = None) -> None:
    """Take a verdict back: the next night is as if it had never been."""
    _act("withdraw_verdict", verdicts.withdraw, verdict_id, key_file)


def in_force(settings: Settings, at: int) -> tuple[Verdict, ...]:
    """The verdicts known and in force at a time, for a night."""
    with casework(settings) as opened, opened.database.read() as connection:
        return verdicts.in_force(connection, at)


def _preview(settings: Settings, ruling: Ruling) -> Preview:
    run = runs.open_run(settings.home)
    with closing(open_view(settings, run)) as view:
        return preview(view, runs.solved_of(run), ruling)


def told(found: Preview) -> Iterator[str]:
    """A preview in lines."""
    for name, ids in (("released", found.accounts_released), ("condemned", found.accounts_condemned)):
        yield f"{name:<10} {len(ids):>6,}  {' '.join(ids)}".rstrip()
    for ring in found.rings_shrinking:
        yield f"ring {ring.ring_id} loses {' '.join(ring.leaving)}"
    for each in found.moved[:_SHOWN]:
        yield f"{each.account_id}  risk {each.before.risk:.4f} -> {each.after.risk:.4f}"
    if len(found.moved) > _SHOWN:
        yield f"and {len(found.moved) - _SHOWN:,} more accounts: --json"
    for name in found.without_effect:
        yield f"no evidence in this run: {name}"
    yield f"not foreseen: {'; '.join(NOT_FORESEEN[name] for name in found.not_foreseen)}"


def told_of(found: Outcome, stamp: RunStamp) -> Iterator[str]:
    """An outcome in lines."""
    yield f"run {stamp.run_id} was made {'with' if found.acted else 'without'} it"
    if found.pairs_parted:
        parted, accounts = count(found.pairs_parted, "pair"), count(found.accounts_parted, "account")
        yield f"no evidence between {parted}, of {accounts}"
    if found.together:
        yield f"in one ring all the same, through other evidence: {_some(found.together)}"
    for foreseen, came, missed in (("released", "not flagged", "flagged"), ("condemned", "flagged", "not flagged")):
        of_it = [each for each in found.accounts if each.foreseen == foreseen]
        for word, ids in (
            (came, [each.account_id for each in of_it if each.as_foreseen]),
            (missed, [each.account_id for each in of_it if each.flagged is (foreseen == "released")]),
            ("not in this run", [each.account_id for each in of_it if each.flagged is None]),
        ):
            if ids:
                yield f"foreseen to be {foreseen}, {word}: {_some(ids)}"
    for ring in found.rings:
        now_has = "is there no more under this id" if ring.size is None else f"has {count(ring.size, 'account')}"
        yield f"ring {ring.ring_id}, foreseen to shrink, {now_has}"
    if found.limits_hit:
        yield f"only the first {MOST:,} of the accounts were looked up in rings"


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return " ".join(ids[:_SHOWN]) + (f" and {more:,} more: --json" if more > 0 else "")


def _act(operation: str, change: Callable[..., Record], verdict_id: str, key_file: Path | None) -> None:
    at = now()

    def act(connection: Connection, by: Principal) -> tuple[Record, Record]:
        before = verdicts.read_verdict(connection, verdict_id)
        return before, change(connection, verdict_id, before.version, by, at)

    typer.echo(_line(_changed(operation, key_file, act, at), at))


def _changed(operation: str, key_file: Path | None, change: Change, at: int) -> Record:
    """The verdict after a change, which is kept with its row of the audit."""
    with casework(read_settings()) as opened, opened.database.write() as connection:
        by = _who(connection, key_file, at)
        before, after = change(connection, by)
        opened.chain.append(connection, [verdicts.act_of(operation, by, before, after, "command-line")], at)
    return after


def _target(words: list[str]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Kind and token of the identifier, where the first word names one, and the accounts."""
    kind, _, token = words[0].partition(":")
    if kind in KIND_NAMES and token:
        return kind, token, tuple(words[1:])
    return None, None, tuple(words)


def _who(connection: Connection, key_file: Path | None, at: int) -> Principal:
    """Who acts: the key's holder, who must be one to rule, or the system's user, whom this shell lets lead."""
    if key_file is None:
        return Principal(f"uid:{os.getuid()}", "command line", "lead")
    try:
        key = keys.find(connection, key_file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        raise UsageError("--key-file cannot be read") from None
    if key is None or key.state(at) != "live" or key.role not in ("investigator", "lead"):
        raise UsageError("--key-file holds no live key of an investigator or a lead")
    return key.principal


def _shown(record: Record, at: int) -> dict[str, Any]:
    return asdict(record) | {"state": record.state_at(at)}


def _line(record: Record, at: int) -> str:
    ruling, effect = record.ruling, record.effect
    about = [f"{ruling.kind}:{ruling.identifier}"] if ruling.kind else []
    about += [ruling.class_name] if ruling.class_name else []
    until = f"until {day(ruling.expires_at)}" if ruling.expires_at else "no end"
    changes = (
        f"{len(effect.accounts_released)} released, {len(effect.accounts_condemned)} condemned,"
        f" {len(effect.rings_shrinking)} rings shrink"
    )
    told = " ".join([ruling.verdict, *about, *ruling.accounts])
    return f"{record.verdict_id}  {record.state_at(at):<9}  {day(record.created_at)}  {until}  {told}  ({changes})"
