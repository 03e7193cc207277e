"""What was said of an account on the day it was shown can be said again, byte for byte, whatever has happened since."""

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.explain.account import explain
from linkgraph.explain.paths import why_linked
from linkgraph.explain.ring import show_ring
from linkgraph.explain.text import render
from linkgraph.explain.timeline import Sources, Span, read_timeline
from linkgraph.explain.timeline_text import render_timeline
from linkgraph.explain.whatif import Supposition, what_if
from linkgraph.ledger import Known, Ledger, tell
from linkgraph.model import Verdict
from linkgraph.nightly import Plan, publish, run_night
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.store import open_view

NOW = 1_780_000_000_000_000


def said(settings: Settings, run_id: str, account_ids: Sequence[str]) -> list[str]:
    """All that is told of these accounts and their rings, as a run's readers get it."""
    run = runs.open_run(settings.home, run_id)
    known, ledger = Known.to(run.record()), Ledger(settings.ledger_folder)
    sources = Sources(run.verdicts(), lambda each: tell(ledger, each, known, 1_000), run.takeover_days())
    net = runs.solved_of(run)
    assert net is not None
    told = []
    with closing(open_view(settings, run, earlier=run_id != runs.published_id(settings.home))) as view:
        for account_id in account_ids:
            found = explain(view, account_id, net=net)
            keys = frozenset(each.identifier.key for each in found.links[:2])
            without = what_if(view, net, account_id, Supposition(identifiers=keys))
            told += [json.dumps(asdict(each), sort_keys=True) for each in (found, without)]
            told += [render(found), *(repr(why_linked(view, account_id, p.other_account_id)) for p in found.pairs[:2])]
            told += [render_timeline(read_timeline(view, account_id, Span(), sources))]
            told += [repr(show_ring(view, found.ring.ring_id))] if found.ring else []
    return told


def test_an_explanation_comes_out_the_same_after_new_data_verdicts_and_rules(tmp_path: Path) -> None:
    simulate(tmp_path / "world", World(accounts=1_200, seed=3))
    settings = read_settings(home=tmp_path / "home")
    ingest([tmp_path / "world" / "feeds"], settings, NOW)
    first = run_night(settings, Plan())
    with closing(open_view(settings, first)) as view:
        shown = [each.account_id for each in view.flagged(5)]
        shown += [each.account_id for each in view.accounts([f"A{place:07}" for place in range(0, 1_200, 150)])]
        kind, _, token = explain(view, shown[0]).links[0].identifier.key.partition(":")
    before = said(settings, first.run_id, shown)

    late = tmp_path / "labels.csv"
    rows = [f"{account_id},fraud,2026-02-03T00:00:00Z" for account_id in shown[1:4]]
    late.write_text("\n".join(["account_id,label,at", *rows]) + "\n", encoding="utf-8")
    ingest([late], settings, NOW)
    other = settings.model_copy(update={"parameters": replace(settings.parameters, odds_ref=0.2, tau=0.3, k0=3.0)})
    verdict = Verdict("V1", "not_evidence", kind, token, (), None, 0)
    second = run_night(other, Plan(verdicts=(verdict,)))

    assert second.run_id != first.run_id
    assert runs.published_id(settings.home) == second.run_id
    assert said(other, second.run_id, shown) != before
    assert said(other, first.run_id, shown) == before

    # A home that was copied back to another place, its graph made anew, says the same of every night.
    shutil.copytree(settings.home, tmp_path / "restored")
    restored = other.model_copy(update={"home": tmp_path / "restored"})
    latest = said(other, second.run_id, shown)
    shutil.rmtree(settings.home)
    shutil.rmtree(restored.home / "runs" / second.run_id / "graph")
    publish(restored, runs.open_run(restored.home))
    assert said(restored, second.run_id, shown) == latest
    assert said(restored, first.run_id, shown) == before
