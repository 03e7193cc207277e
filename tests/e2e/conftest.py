"""What tests of the whole share: the command line, as somebody types it."""

from collections.abc import Callable

import pytest

from linkgraph import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command; gives its exit code, stdout and stderr. Settings go by name, and stay."""

    def typed(*arguments: str, **settings: object) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"LINKGRAPH_{name.upper()}", str(value))
        monkeypatch.setattr("sys.argv", ["linkgraph", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return typed
