"""Why accounts are linked, on a night of a simulated world: what is cited is what the night counted, members of a ring
are linked or near, and the command line says the same as the library."""

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations

import pyarrow.parquet as pq
import pytest

from ingest.pipeline import ingest
from linkgraph import cli
from linkgraph.explain.account import explain
from linkgraph.explain.bridges import Holding
from linkgraph.explain.happenings import FAILED, happenings
from linkgraph.explain.paths import DIRECT, NOT_LINKED, why_linked
from linkgraph.explain.paths_text import render_why
from linkgraph.explain.ring import show_ring
from linkgraph.kinds import BY_NAME, KIND_NAMES
from linkgraph.ledger import Known, Ledger, cite, tell
from linkgraph.model import Use
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run, published_id
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.store import open_view
from linkgraph.store.base import GraphView


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("why")
    simulate(folder / "world", World(accounts=2_000, seed=5, ring_share=0.06))
    found = read_settings(home=folder / "home")
    ingest([folder / "world" / "feeds"], found, 1_780_000_000_000_000, None, None, lambda report: None)
    return found


@pytest.fixture(scope="module")
def run(settings: Settings) -> Run:
    return run_night(settings, Plan())


@pytest.fixture
def view(settings: Settings, run: Run) -> Iterator[GraphView]:
    with closing(open_view(settings, run)) as opened:
        yield opened


def test_what_the_night_counted_of_an_account_is_in_its_timeline(settings: Settings, run: Run) -> None:
    counted: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for row in pq.read_table(run.table("used")).to_pylist():
        if row["kind"] != "stem":  # made of an e-mail address, which stands for it
            seen = (row["first_seen"], row["last_seen"])
            counted.setdefault(row["account_id"], {})[row["kind"], row["identifier"]] = seen
    ledger, known = Ledger(settings.ledger_folder), Known.to(run.record())
    for account_id in sorted(counted)[:: len(counted) // 12]:
        times: dict[tuple[str, str], list[int]] = {}
        for row in tell(ledger, account_id, known, 10_000).rows:
            for each in happenings(row, account_id, known.clock):
                # A night counts tries as well.
                for thing in each.uses or (each.things if each.kind == FAILED else ()):
                    times.setdefault(thing, []).append(row.at // 1_000_000)
        assert {thing: (min(each), max(each)) for thing, each in times.items()} == counted[account_id]


def test_what_is_cited_of_every_kind_is_what_the_night_counted(settings: Settings, run: Run) -> None:
    table = pq.read_table(run.table("used")).to_pylist()
    chosen = {kind: [row for row in table if row["kind"] == kind][::50][:40] for kind in KIND_NAMES}
    rows = [row for each in chosen.values() for row in each]
    uses: list[Use] = [(row["account_id"], row["kind"], row["identifier"]) for row in rows]
    found = cite(Ledger(settings.ledger_folder), uses, Known.to(run.record())) or {}
    assert {kind for kind, each in chosen.items() if each} == set(KIND_NAMES)
    for use, row in zip(uses, rows, strict=True):
        assert (found[use][0].at, found[use][-1].at) == (row["first_seen"], row["last_seen"]), use
        assert len(found[use]) == 1 or row["n"] > 1


def test_members_of_a_ring_are_linked_or_near_and_both_ends_say_the_same(view: GraphView) -> None:
    for ring in view.rings(3):
        members = [each.account_id for each in view.members([ring.ring_id])]
        for a, b in combinations(members[:5], 2):
            there, back = why_linked(view, a, b), why_linked(view, b, a)
            assert there.state != NOT_LINKED
            assert (there.state, there.pair) == (back.state, back.pair)
            assert [path.cost for path in there.paths[:1]] == pytest.approx([path.cost for path in back.paths[:1]])
            if there.pair is not None:
                assert there.state == DIRECT
                assert sum(each.bits for each in there.families) == pytest.approx(there.pair.bits, abs=0.05)
                best = {each.name: max((one.bits for one in each.shared), default=0.0) for each in there.families}
                assert all(best[each.name] in (0.0, pytest.approx(each.bits, abs=0.01)) for each in there.families)


def test_an_explanation_calls_the_same_things_independent(view: GraphView) -> None:
    for ring in view.rings(5):
        found = explain(view, view.members([ring.ring_id])[0].account_id)
        for pair in found.pairs[:5]:
            why = why_linked(view, found.account.account_id, pair.other_account_id)
            common = [each for family in why.families for each in family.shared]
            assert pair.independent == tuple(sorted(each.shared.identifier.key for each in common if each.independent))
            families = [BY_NAME[key.partition(":")[0]].family for key in pair.independent]
            assert len(families) == len(set(families))


def test_every_member_of_a_ring_is_held_by_something(view: GraphView) -> None:
    for ring in view.rings(20):
        held: Holding = show_ring(view, ring.ring_id).holding
        assert max(each.members for each in held.holders) <= ring.size
        assert all(set(each.leaving) < {m.account_id for m in view.members([ring.ring_id])} for each in held.bridges)


def test_the_command_line_says_the_same(
    settings: Settings, view: GraphView, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(settings.home))
    pair = view.pairs_among([each.account_id for each in view.members([view.rings(1)[0].ring_id])], 1)[0]
    expected = why_linked(view, pair.account_a, pair.account_b)

    def command(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["linkgraph", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        return capsys.readouterr().out

    text = command("why", pair.account_a, pair.account_b)
    assert text.splitlines()[0] == render_why(expected).splitlines()[0]
    assert "line " in text
    told = json.loads(command("why", pair.account_a, pair.account_b, "--json"))
    assert told["pair"]["bits"] == pair.bits
    assert {pair.account_a, pair.account_b} <= {each["account_id"] for each in told["cited"]}
    feeds = {seen["feed"] for each in told["cited"] for seen in each["observations"]}
    assert feeds
    assert all((settings.ledger_folder / feed).is_dir() for feed in feeds)
    ring_id = view.rings(1)[0].ring_id
    shown = command("ring", ring_id, "--since", "2020-01-01")
    assert "What holds it together" in shown
    assert shown.index("Since then") < shown.index("Members")
    assert "born with" in shown
    told = json.loads(command("ring", ring_id, "--json", "--since", str(published_id(settings.home))))
    assert told["changes"] == []
