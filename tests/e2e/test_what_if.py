"""What would be, said from one night, is what the next night finds when people rule so."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from linkgraph.errors import NotFoundError
from linkgraph.explain.each import IDENTIFIERS, Alone, without_each
from linkgraph.explain.each_text import render_each
from linkgraph.explain.whatif import SAME, Supposition, effects, what_if
from linkgraph.model import Account, Pair, Verdict
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run, solved_of
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.solved import Solved
from linkgraph.store import open_view
from linkgraph.store.base import GraphView


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("what-if")
    simulate(folder / "world", World(accounts=1_500, seed=11))
    found = read_settings(home=folder / "home")
    ingest([folder / "world" / "feeds"], found, 1_780_000_000_000_000, None, None, lambda report: None)
    return found


@pytest.fixture(scope="module")
def run(settings: Settings) -> Run:
    return run_night(settings, Plan())


@pytest.fixture
def view(settings: Settings, run: Run) -> Iterator[GraphView]:
    with closing(open_view(settings, run, earlier=True)) as opened:
        yield opened


@pytest.fixture
def net(run: Run) -> Solved:
    found = solved_of(run)
    assert found is not None
    return found


def every_account(settings: Settings, run: Run, net: Solved) -> dict[str, Account]:
    with closing(open_view(settings, run, earlier=True)) as opened:
        return {each.account_id: each for each in opened.accounts([net.account_ids[i] for i in range(net.accounts)])}


def ruled(net: Solved, case: str, account_id: str, key: str, others: list[str]) -> tuple[Verdict, Supposition]:
    kind, _, token = key.partition(":")
    both = (account_id, others[0])
    if case == "identifier":
        return Verdict("V1", "not_evidence", kind, token, (), None, 0), Supposition(identifiers=frozenset({key}))
    if case == "pair":
        return Verdict("V1", "not_evidence", None, None, both, None, 0), Supposition(pairs=frozenset({frozenset(both)}))
    if case == "group":
        group = frozenset({account_id, *others[:2]})
        return Verdict("V1", "shared_by", kind, token, tuple(group), None, 0), Supposition(
            within=frozenset({(key, group)})
        )
    if case == "stolen":
        verdict = Verdict("V1", "stolen_from", kind, token, (account_id,), None, 0)
        return verdict, Supposition(links=frozenset({(account_id, key)}), labels={account_id: "victim"})
    return Verdict("V1", case, None, None, (account_id,), None, 0), Supposition(labels={account_id: case})


@pytest.mark.parametrize("case", ["identifier", "pair", "group", "stolen", "cleared", "fraud"])
def test_every_score_is_that_of_the_night_with_the_verdict(
    settings: Settings, run: Run, view: GraphView, net: Solved, case: str
) -> None:
    account_id, key, others = a_shared_thing(view)
    verdict, supposed = ruled(net, case, account_id, key, others)
    told, cut = effects(view, net, supposed)
    assert cut == ()
    assert account_id in {each.account_id for each in told}
    after = run_night(settings, Plan(verdicts=(verdict,)))
    before, found = every_account(settings, run, net), every_account(settings, after, net)
    foreseen = {each.account_id: each for each in told}
    changed = {name for name, each in found.items() if _graph(each) != pytest.approx(_graph(before[name]), abs=1e-5)}
    # The night frees labelled accounts of their own label to within `push_eps` only.
    labelled = {name for name in before if before[name].label or found[name].label}
    assert changed - labelled <= set(foreseen)
    for name in (changed | set(foreseen)) - labelled:
        if found[name].ring_id == before[name].ring_id and found[name].ring == before[name].ring:
            expected = found[name].behaviour + found[name].one_hop + found[name].propagated + found[name].ring
            score = (
                foreseen[name].after.score
                if name in foreseen
                else what_if(view, net, name, supposed).effect.after.score
            )
            assert score == pytest.approx(expected, abs=1e-6)


def a_shared_thing(view: GraphView) -> tuple[str, str, list[str]]:
    """A flagged account without a label, and the identifier that most of its score comes by, with its other users."""
    for account in view.flagged(100):
        by = [
            each for each in view.contributions([account.account_id]) if each.identifier and each.block == "propagated"
        ]
        users = view.users([f"{by[0].kind}:{by[0].identifier}"], 50) if by else []
        others = [each.account_id for each in users if each.account_id != account.account_id]
        if not account.label and len(others) >= 2:
            return account.account_id, f"{by[0].kind}:{by[0].identifier}", others
    raise AssertionError("the world has no such account")


def _graph(account: Account) -> float:
    return account.one_hop + account.propagated


def test_only_what_is_evidence_has_an_effect(view: GraphView, net: Solved) -> None:
    account_id, key, _ = a_shared_thing(view)
    nothing = what_if(view, net, account_id, Supposition(identifiers=frozenset({"card:never-seen"})))
    assert nothing.without_effect == ("card:never-seen",)
    assert nothing.effect.before == nothing.effect.after
    alone = what_if(view, net, account_id, Supposition(pairs=frozenset({frozenset({account_id})})))
    assert alone.effect.before == alone.effect.after
    less = what_if(view, net, account_id, Supposition(identifiers=frozenset({key})))
    assert less.effect.after.score < less.effect.before.score


def test_each_thing_alone_is_the_what_if_of_that_thing(view: GraphView, net: Solved) -> None:
    kinds = set()
    for account in [each for each in view.flagged(60) if not each.label][:8]:
        name = account.account_id
        found = without_each(view, net, name)
        assert [row.after.score for row in found.rows] == sorted(
            (row.after.score for row in found.rows), key=lambda score: round(score / SAME)
        )
        for row in found.rows:
            kinds.add(row.what)
            one = what_if(view, net, name, supposed_of(name, row))
            assert (row.after, row.leaves_with, row.differs) == (one.effect.after, one.leaves_with, one.effect.differs)
            assert row.after.score <= found.before.score + SAME
        assert found.before == what_if(view, net, name, Supposition()).effect.before
        named = {f"{each.kind}:{each.identifier}" for each in view.contributions([name]) if each.identifier}
        assert len(named) > IDENTIFIERS or named == {row.name for row in found.rows if row.what == "identifier"}
        assert ("each" in found.limits_hit) >= (len(named) > IDENTIFIERS)
        text = render_each(name, found, view.run())
        assert text.splitlines()[2] == "Without one of these alone, largest fall first"
        assert len(text.splitlines()) >= len(found.rows) + 4
    assert kinds == {"identifier", "link", "label"}


def test_a_ring_is_read_once_however_much_is_left_out(
    view: GraphView, net: Solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = view.pairs_among, []

    def counting(account_ids: Sequence[str], limit: int) -> list[Pair]:
        asked.append(len(account_ids))
        return read(account_ids, limit)

    monkeypatch.setattr(view, "pairs_among", counting)
    account = next(each for each in view.flagged(60) if each.ring_id and not each.label)
    assert len(without_each(view, net, account.account_id).rows) > 1
    assert len(asked) == 1


def supposed_of(account_id: str, row: Alone) -> Supposition:
    if row.what == "label":
        return Supposition(labels={row.name: None})
    if row.what == "link":
        return Supposition(links=frozenset({(account_id, row.name)}))
    return Supposition(identifiers=frozenset({row.name}))


def test_an_account_without_evidence_has_nothing_to_leave_out(view: GraphView, net: Solved) -> None:
    ids = [net.account_ids[place] for place in range(net.accounts)]
    bare = next(each.account_id for each in view.accounts(ids) if each.risk == 0 and each.ring_id is None)
    found = without_each(view, net, bare)
    assert all(not row.differs for row in found.rows)
    with pytest.raises(NotFoundError):
        without_each(view, net, "nobody")


def test_without_any_evidence_the_risk_is_exactly_nothing(view: GraphView, net: Solved) -> None:
    told = 0
    for account in view.flagged(30):
        held = {f"{each.kind}:{each.identifier}" for each in view.links([account.account_id], 1_000)}
        after = what_if(view, net, account.account_id, Supposition(identifiers=frozenset(held))).effect.after
        if after.ring_id is None and account.behaviour == 0:
            assert (after.score, after.risk, after.flagged) == (0.0, 0.0, False)
            told += 1
    assert told


def test_a_run_of_which_a_part_is_missing_has_no_solved_network(run: Run, tmp_path: Path) -> None:
    copy = Run(run.run_id, tmp_path / "run")
    shutil.copytree(run.path / "solved", copy.solved)
    shutil.copy(run.path / "run.json", copy.path)
    assert solved_of(copy) is not None
    (copy.solved / "trust.npy").unlink()
    assert solved_of(copy) is None
    copy.save({key: value for key, value in run.record().items() if key != "rules"})
    assert solved_of(copy) is None


def test_a_night_keeps_its_network_apart_from_later_ones(settings: Settings, run: Run, tmp_path: Path) -> None:
    first = {each.name: each.read_bytes() for each in run.solved.iterdir()}
    run_night(settings, Plan(seed=5))
    assert {each.name: each.read_bytes() for each in run.solved.iterdir()} == first
