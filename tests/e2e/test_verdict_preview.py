"""What a preview promises is what the next night finds, on golden worlds and made-up ones."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from random import Random

import pytest

from ingest.pipeline import ingest
from linkgraph.casework.preview import Preview, preview
from linkgraph.casework.rulings import Ruling, checked
from linkgraph.errors import NotFoundError
from linkgraph.explain.whatif import SAME
from linkgraph.model import Account, Verdict
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run, solved_of
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.store import open_view
from linkgraph.store.base import GraphView

NOW = 1_780_000_000_000_000


@dataclass(frozen=True)
class Scene:
    """A home with a night behind it."""

    settings: Settings
    run: Run

    def preview(self, ruling: Ruling) -> Preview:
        with closing(open_view(self.settings, self.run, earlier=True)) as view:
            return preview(view, solved_of(self.run), checked(ruling, NOW))

    def after(self, ruling: Ruling) -> "Scene":
        ruled = Verdict(
            "v-1", ruling.verdict, ruling.kind, ruling.identifier, ruling.accounts, ruling.class_name, NOW // 10**6
        )
        return replace(self, run=run_night(self.settings, Plan(verdicts=(ruled,))))

    def accounts(self) -> dict[str, Account]:
        net = solved_of(self.run)
        assert net is not None
        with closing(open_view(self.settings, self.run, earlier=True)) as view:
            return {each.account_id: each for each in view.accounts([net.account_ids[n] for n in range(net.accounts)])}


@pytest.fixture(scope="module", params=[11])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("preview")
    simulate(folder / "world", World(accounts=1_500, seed=request.param, ring_share=0.06))
    settings = read_settings(home=folder / "home", threads=1)
    ingest([folder / "world" / "feeds"], settings, NOW, None, None, lambda report: None)
    return Scene(settings, run_night(settings, Plan()))


WORDS = ("not_evidence", "hub", "shared_by", "stolen_from", "pair", "cleared", "victim", "fraud", "suspected")


def drawn(scene: Scene, word: str) -> Ruling:
    """A ruling about a flagged account, or about what most of its score comes by."""
    with closing(open_view(scene.settings, scene.run, earlier=True)) as view:
        return drawn_from(view, word)


def drawn_from(view: GraphView, word: str) -> Ruling:
    """The same, of a view."""
    flagged = [each for each in view.flagged(200) if not each.label]
    Random(word).shuffle(flagged)
    account, key, others = next(found for each in flagged for found in _shared(view, each))
    kind, _, token = key.partition(":")
    about = Ruling(word, kind, token, (), None, "drawn")
    return {
        "not_evidence": about,
        "hub": replace(about, class_name="public_place"),
        "shared_by": replace(about, accounts=tuple(sorted((account, *others[:2])))),
        "stolen_from": replace(about, accounts=(account,)),
        "pair": Ruling("not_evidence", None, None, tuple(sorted((account, others[0]))), None, "drawn"),
    }.get(word, Ruling(word, None, None, (account,), None, "drawn"))


def _shared(view: GraphView, account: Account) -> Iterator[tuple[str, str, list[str]]]:
    for share in view.contributions([account.account_id]):
        key = f"{share.kind}:{share.identifier}"
        users = view.users([key], 64) if share.identifier else []
        others = sorted({each.account_id for each in users} - {account.account_id})
        if len(others) >= 2:
            yield account.account_id, key, others


@pytest.mark.parametrize("word", WORDS)
def test_the_next_night_finds_what_the_preview_said(scene: Scene, word: str) -> None:
    ruling = drawn(scene, word)
    said, before, after = scene.preview(ruling), scene.accounts(), scene.after(ruling).accounts()
    assert said.limits_hit == ()
    assert said.moved
    foreseen = {each.account_id: each.after for each in said.moved}
    kept = {name for name in before if _ring(before[name]) == _ring(after[name]) and not _labelled(before, after, name)}
    assert len(kept) > len(before) * 0.9
    for name in kept:
        # Whoever moves by less than `SAME` is not listed.
        risk, near = (foreseen[name].risk, 1e-6) if name in foreseen else (before[name].risk, SAME)
        assert after[name].risk == pytest.approx(risk, abs=near), name
        assert after[name].flagged == (foreseen[name].flagged if name in foreseen else before[name].flagged), name
    for told, was in ((said.accounts_released, True), (said.accounts_condemned, False)):
        changed = {name for name in before if before[name].flagged == was and after[name].flagged != was}
        assert {name for name in told if name in kept} == changed & kept


def _ring(account: Account) -> tuple[str | None, float]:
    return account.ring_id, account.ring


def _labelled(before: dict[str, Account], after: dict[str, Account], name: str) -> bool:
    """The night frees labelled accounts of their own label to within `push_eps` only."""
    return (before[name].label or after[name].label) is not None


def test_who_is_cleared_leaves_the_ring(scene: Scene) -> None:
    """The preview says so, and so does the night."""
    members = [name for name, each in sorted(scene.accounts().items()) if each.ring_id and not each.label]
    ruling = Ruling("cleared", None, None, (members[0],), None, "spoke to her")
    said = scene.preview(ruling)
    assert members[0] in {name for ring in said.rings_shrinking for name in ring.leaving}
    assert scene.after(ruling).accounts()[members[0]].ring_id is None


def test_what_is_no_hub_any_more_is_said_not_to_be_foreseen(scene: Scene) -> None:
    said = scene.preview(replace(drawn(scene, "hub"), class_name="ordinary"))
    assert "new_evidence" in said.not_foreseen
    assert said.moved == ()


@pytest.mark.parametrize(
    "ruling",
    [
        Ruling("not_evidence", "device", "f" * 32, (), None, "?"),
        Ruling("cleared", None, None, ("nobody",), None, "?"),
        Ruling("not_evidence", None, None, ("A0000001", "nobody"), None, "?"),
    ],
)
def test_what_the_run_does_not_know_cannot_be_ruled_on(scene: Scene, ruling: Ruling) -> None:
    with pytest.raises(NotFoundError):
        scene.preview(ruling)
