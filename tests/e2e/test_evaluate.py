"""The evaluation as a user types it: a small world, start to report."""

import json
from pathlib import Path

import pytest

from linkgraph import cli
from linkgraph.simulate import World, simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate") / "world"
    simulate(folder, World(accounts=2000, seed=5))
    return folder


def test_a_world_is_measured_and_nothing_is_published(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(tmp_path / "home"))
    texts = []
    for out in ("first", "second"):
        monkeypatch.setattr("sys.argv", ["linkgraph", "evaluate", "--world", str(world), "--out", str(tmp_path / out)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        texts.append((tmp_path / out / "report.json").read_text(encoding="utf-8"))
        assert not (tmp_path / out / "scratch").exists()
    assert texts[0] == texts[1], "the same inputs, the same bytes"
    assert not (tmp_path / "home").exists()
    rings = json.loads(texts[0])["rings"]
    assert rings["true"] == sum(row["rings"] for row in rings["by_design"].values())
    assert rings["by_threshold"][0]["recall"] > 0
    assert rings["at_default"]["innocent"]["family"]["groups"] > 100
    assert "innocent kind" in capsys.readouterr().out


def test_a_folder_without_truth_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["linkgraph", "evaluate", "--world", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "not a simulated world" in capsys.readouterr().err
