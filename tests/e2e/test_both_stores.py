"""A simulated world through ingest and a night into Neo4j: both stores answer every question about all of it alike, and
foresee the same of every verdict.
"""

from contextlib import closing
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.casework.preview import preview
from linkgraph.casework.rulings import checked
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import read_settings
from linkgraph.simulate import World, simulate
from linkgraph.store import open_view
from tests.e2e.test_verdict_preview import WORDS, drawn_from
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import ask, questions

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

NOW = 1_780_000_000_000_000
DAY = 86_400_000_000


def test_both_stores_answer_alike_after_a_night_and_the_next(empty_neo4j: Address, tmp_path: Path) -> None:
    simulate(tmp_path / "world", World(accounts=2000, seed=3, ring_share=0.06))
    settings = read_settings(
        home=tmp_path / "home",
        store="neo4j",
        neo4j_uri=empty_neo4j.uri,
        neo4j_user=empty_neo4j.user,
        neo4j_password=empty_neo4j.password,
    )
    ingest([tmp_path / "world" / "feeds"], settings, NOW)
    newest = run_night(settings, Plan()).record()["as_of"] * 1_000_000
    for as_of in (newest - 20 * DAY, newest):
        run = run_night(settings, Plan(as_of=as_of))
        assert runs.published_id(settings.home) == run.run_id
        with (
            closing(open_view(settings, run)) as graph,
            closing(open_view(settings, run, earlier=True)) as file,
        ):
            assert graph.run() == file.run() == run.stamp()
            for question in questions(run):
                assert ask(graph, question) == ask(file, question), question[0]
            for word in WORDS:
                ruling = checked(drawn_from(file, word), NOW)
                said = preview(graph, runs.solved_of(run), ruling)
                assert said == preview(file, runs.solved_of(run), ruling), word
                assert said.moved, word
            assert graph.flagged(1)
            assert graph.rings(1)
