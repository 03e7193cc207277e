"""Holds open views of runs and hands each request exactly one.

The published run is looked up anew for every request, so that a new night is seen by the next one. A view that is no
longer wanted is closed when the last request that reads it has ended. A store that fails is opened again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.problems import NothingPublishedError
from linkgraph import runs
from linkgraph.errors import NotFoundError, RunError, StoreBusyError, StoreError
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.solved import Solved
from linkgraph.store import is_kept, open_view
from linkgraph.store.base import GraphView

OpenView = Callable[[Settings, Run, bool], GraphView]

# Earlier runs held open for the next question about them; each may fill its own buffers.
_EARLIER_KEPT: Final = 3
# So many questions without an answer, and the server hangs.
_HANGING: Final = 4
# Longest wait for another request that is opening a view; then this one is told to come back.
_OPENING_SECONDS: Final = 2.0


class _Key(NamedTuple):
    """Which run, and whether it is read as an earlier one or as the published one."""

    run_id: str
    earlier: bool


@dataclass(slots=True)
class _Opened:
    """An open view, the number of requests that read it, and whether it is to be closed after them."""

    key: _Key
    run: Run
    view: GraphView
    readers: int = 0
    dropped: bool = False


class Views:
    """Views of the published run and of a few earlier ones. Safe to share between threads."""

    def __init__(self, settings: Settings, open_view: OpenView = open_view) -> None:
        self._settings = settings
        self._open_view = open_view
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._opened: OrderedDict[_Key, _Opened] = OrderedDict()
        self._solved: OrderedDict[str, Solved | None] = OrderedDict()

    @contextmanager
    def read(self, run_id: str | None) -> Iterator[tuple[Run, GraphView]]:
        """A view of the published run, or of `run_id`, for as long as the block lasts."""
        opened = self._take(run_id)
        try:
            yield opened.run, opened.view
        except StoreBusyError:
            raise
        except StoreError:
            with self._lock:
                self._drop(opened)
            raise
        finally:
            self._give_back(opened)

    def solved(self, run: Run) -> Solved | None:
        """The solved network of a run that is being read; the last few stay mapped."""
        with self._lock:
            if run.run_id not in self._solved:
                self._solved[run.run_id] = runs.solved_of(run)
            self._solved.move_to_end(run.run_id)
            if len(self._solved) > _EARLIER_KEPT + 1:
                self._solved.popitem(last=False)
            return self._solved[run.run_id]

    def abandon(self) -> None:
        """Let go of what hangs: close every view whose server does not answer, readers or not; they get a StoreError.

        One question that takes long may be its own fault; so many at once are not. Where all are merely slow, as under
        a load that is too high, nobody is let go: all would have to begin anew.
        """
        with self._lock:
            hung = [opened for opened in list(self._opened.values()) if opened.view.hanging() >= _HANGING]
            for opened in hung:
                self._drop(opened)
        for opened in hung:
            # Beside the event loop: saying goodbye to what does not answer may take a while.
            threading.Thread(target=opened.view.close, daemon=True).start()

    def close(self) -> None:
        """Close every view that nobody reads; the others when they are given back."""
        with self._lock:
            idle = [opened for opened in list(self._opened.values()) if self._drop(opened)]
        _close(idle)

    def _take(self, run_id: str | None) -> _Opened:
        published = self._published()
        key = _Key(run_id or published, run_id not in (None, published))
        found = self._find(key, published)
        if found is not None:
            return found
        if not self._opening.acquire(timeout=_OPENING_SECONDS):
            raise StoreBusyError("a run is being opened for another request")
        try:
            return self._find(key, published) or self._add(key)
        finally:
            self._opening.release()

    def _published(self) -> str:
        try:
            published = runs.published_id(self._settings.home)
        except (OSError, ValueError):
            raise StoreError("the pointer to the published run cannot be read") from None
        if not published:
            raise NothingPublishedError("no run is published yet")
        return published

    def _find(self, key: _Key, published: str) -> _Opened | None:
        with self._lock:
            old = [each for each in self._opened.values() if not each.key.earlier and each.key.run_id != published]
            idle = [each for each in old if self._drop(each)]
            found = self._opened.get(key)
            if found is not None:
                self._opened.move_to_end(key)
                found.readers += 1
        _close(idle)
        return found

    def _add(self, key: _Key) -> _Opened:
        run = self._run(key)
        if key.earlier:
            self._make_room()
        opened = _Opened(key, run, self._open_view(self._settings, run, key.earlier), readers=1)
        with self._lock:
            self._opened[key] = opened
        return opened

    def _run(self, key: _Key) -> Run:
        try:
            run = runs.open_run(self._settings.home, key.run_id)
        except (NotFoundError, RunError):
            if key.earlier:
                raise
            # What the pointer names must be there: that it is not is no fault of the caller's.
            raise StoreError("the published run cannot be read") from None
        if key.earlier and not is_kept(run.graph):
            raise NotFoundError("that run was never published")
        return run

    def _make_room(self) -> None:
        with self._lock:
            earlier = [opened for opened in self._opened.values() if opened.key.earlier]
            if len(earlier) < _EARLIER_KEPT:
                return
            idle = next((opened for opened in earlier if not opened.readers), None)
            if idle is None:
                raise StoreBusyError("too many earlier runs are being read")
            self._drop(idle)
        _close([idle])

    def _drop(self, opened: _Opened) -> bool:
        """Hand the view to no more requests; whether it can be closed now. The lock must be held."""
        if self._opened.get(opened.key) is opened:
            del self._opened[opened.key]
        first, opened.dropped = not opened.dropped, True
        return first and not opened.readers

    def _give_back(self, opened: _Opened) -> None:
        with self._lock:
            opened.readers -= 1
            last = opened.dropped and not opened.readers
        if last:
            _close([opened])


def _close(opened: list[_Opened]) -> None:
    for each in opened:
        each.view.close()
