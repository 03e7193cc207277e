"""Progress on stderr when it is a terminal, silence when it is not; lines that stay go to stdout."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Bar:
    """What a long command is at, and for how long. A context manager."""

    def __init__(self, title: str) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,
        )
        self._title = title
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def at(self, what: str) -> None:
        """Show what is being done."""
        self._bar.update(self._task, description=f"{self._title}: {what}")

    def say(self, line: str) -> None:
        """Print a line that stays."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
