"""Commands about one account: why it has its score, what would be without some evidence, why two are linked."""

from dataclasses import asdict
from datetime import UTC
from functools import partial
from typing import Annotated

import typer

from linkgraph import runs
from linkgraph.commands.reading import AsJson, OfRun, opened, print_json, time_in, whole_key
from linkgraph.errors import UsageError
from linkgraph.ledger import Known, Ledger, cite, tell
from linkgraph.settings import read_settings
from linkgraph.solved import needed

# Rows of one account that are read, in each feed.
_MOST_OF_FEED = 100_000

Without = Annotated[
    list[str] | None,
    typer.Option(help="KIND:TOKEN that is not to count, or ACCOUNT=KIND:TOKEN for one link; the beginning is enough"),
]
Labels = Annotated[list[str] | None, typer.Option("--without-label", help="account whose label is not to count")]
Since = Annotated[
    str | None, typer.Option(help="a day (UTC), epoch seconds or ISO 8601: only what was not over by then")
]
Until = Annotated[str | None, typer.Option(help="only what had begun before this time")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="only events of this kind, as login or dispute")]
Apart = Annotated[list[str] | None, typer.Option("--not-with", help="account that is not the same hand as this one")]


def explain(account_id: str, run: OfRun = None, as_json: AsJson = False) -> None:
    """Why an account has its score: the links behind it, how strong, what speaks against it, what would clear it."""
    from linkgraph.explain.account import explain as explain_account
    from linkgraph.explain.text import render

    with opened(run) as (view, net):
        found = explain_account(view, account_id, net=net)
    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(render(found), nl=False)


def why(account_a: str, account_b: str, run: OfRun = None, as_json: AsJson = False) -> None:
    """Why two accounts are linked: what they share and the best paths between them, or that there is none so near."""
    from linkgraph.explain.bearing import Rulings
    from linkgraph.explain.paths import why_linked
    from linkgraph.explain.paths_text import render_why

    settings = read_settings()
    ledger = Ledger(settings.ledger_folder)
    with opened(run) as (view, net):
        made = runs.open_run(settings.home, view.run().run_id)
        rulings = Rulings(made.verdicts(), net) if net else None
        known = Known.to(made.record())
        found = why_linked(view, account_a, account_b, None, rulings, cite=lambda uses: cite(ledger, uses, known))
    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(render_why(found), nl=False)


def what_if(
    account_id: str,
    without: Without = None,
    without_label: Labels = None,
    not_with: Apart = None,
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """What an account's score, flag and ring would be without some evidence; without options, without each thing that
    its score names, one after the other. Nothing is stored.
    """
    from linkgraph.explain.text import render_what_if
    from linkgraph.explain.whatif import Supposition
    from linkgraph.explain.whatif import what_if as suppose

    if not (without or without_label or not_with):
        _without_each(account_id, run, as_json)
        return
    with opened(run) as (view, found_net):
        net = needed(found_net)
        named = [(account, whole_key(net, key)) for account, _, key in (each.rpartition("=") for each in without or [])]
        supposed = Supposition(
            links=frozenset((account, key) for account, key in named if account),
            identifiers=frozenset(key for account, key in named if not account),
            pairs=frozenset(frozenset((account_id, other)) for other in not_with or []),
            labels=dict.fromkeys(without_label or []),
        )
        found, stamp = suppose(view, net, account_id, supposed), view.run()
    if as_json:
        print_json(asdict(found) | {"run": asdict(stamp)})
    else:
        typer.echo(render_what_if(found, stamp), nl=False)


def _without_each(account_id: str, run: str | None, as_json: bool) -> None:
    from linkgraph.explain.each import without_each
    from linkgraph.explain.each_text import render_each

    with opened(run) as (view, found_net):
        found, stamp = without_each(view, needed(found_net), account_id), view.run()
    if as_json:
        print_json(asdict(found) | {"account_id": account_id, "run": asdict(stamp)})
    else:
        typer.echo(render_each(account_id, found, stamp), nl=False)


def timeline(
    account_id: str,
    since: Since = None,
    until: Until = None,
    kind: Kinds = None,
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """What happened to an account, newest first: what feeds told, reviewers ruled, and nights found of its rings."""
    from linkgraph.explain.timeline import KINDS, Sources, Span, read_timeline
    from linkgraph.explain.timeline_text import render_timeline

    if unknown := sorted({*(kind or [])} - {*KINDS}):
        raise UsageError(f"no such kind of event: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    settings = read_settings()
    span = Span(since=_seconds(since), until=_seconds(until), kinds=frozenset(kind or []))
    with opened(run) as (view, _):
        made = runs.open_run(settings.home, view.run().run_id)
        known, ledger = Known.to(made.record()), Ledger(settings.ledger_folder)
        told = partial(tell, ledger, known=known, most_rows=_MOST_OF_FEED) if known.rows else lambda _: None
        found = read_timeline(view, account_id, span, Sources(made.verdicts(), told, made.takeover_days()))
    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(render_timeline(found), nl=False)


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    when = time_in(text, "--since and --until take a day as 2026-01-31 (UTC), epoch seconds or ISO 8601")
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
