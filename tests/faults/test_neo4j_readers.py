"""Readers beside a publish into Neo4j: every answer is of one run, whole."""

import random
import threading
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linkgraph import runs
from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.nightly import publish
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from linkgraph.store.base import GraphView
from linkgraph.store.neo4j import Login, Neo4jWriter
from linkgraph.tables import TABLES
from tests.builders import write_run
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import ask, night, questions

pytestmark = pytest.mark.neo4j

ACCOUNTS = 300
PUBLISHES = 5


class Reader(threading.Thread):
    """Asks one random question after the other of the published run, and compares each answer with the run's file."""

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.answers = 0
        self.busy = 0
        self.stop = threading.Event()
        self._settings = settings
        self._draw = random.Random(seed)

    def run(self) -> None:
        """Until told to stop."""
        while not self.stop.is_set():
            run = runs.open_run(self._settings.home)
            try:
                with (
                    closing(open_view(self._settings, run)) as view,
                    closing(open_view(self._settings, run, earlier=True)) as file,
                ):
                    self._compare(run, view, file)
            except StoreBusyError:
                self.busy += 1
            except StoreError as error:
                # Two publishes came between reading the home's pointer and opening.
                if "not run" not in str(error):
                    raise

    def _compare(self, run: Run, view: GraphView, file: GraphView) -> None:
        asked = questions(run)
        while not self.stop.is_set():
            question = self._draw.choice(asked)
            answer = ask(view, question)
            self.answers += 1
            if answer != ask(file, question):
                self.wrong.append(f"{run.run_id}: {question[0]}")


def test_no_answer_mixes_two_runs(empty_neo4j: Address, tmp_path: Path) -> None:
    settings = read_settings(
        home=tmp_path,
        store="neo4j",
        threads=1,
        neo4j_uri=empty_neo4j.uri,
        neo4j_user=empty_neo4j.user,
        neo4j_password=empty_neo4j.password,
    )
    nights = [write_run(tmp_path, night(number, ACCOUNTS), f"r-{number}") for number in (1, 2, 3)]
    for run in reversed(nights):
        publish(settings, run)
    readers = [Reader(settings, seed) for seed in (1, 2)]
    for reader in readers:
        reader.start()
    for number in range(PUBLISHES):
        write(empty_neo4j, nights[number % 3])
        runs.move_pointer(tmp_path, nights[number % 3])
    for reader in readers:
        reader.stop.set()
        reader.join()
    assert [reader.wrong for reader in readers] == [[], []]
    assert sum(reader.answers for reader in readers) > 100


def write(address: Address, run: Run) -> None:
    """Publish into Neo4j alone, in small batches, so that readers meet many steps."""
    login = Login(address.uri, address.user, address.password)
    with Neo4jWriter(login, run.run_id, batch=100) as writer:
        for name in TABLES:
            writer.write(name, pq.ParquetFile(run.table(name)).iter_batches())
        writer.publish(run.stamp())
