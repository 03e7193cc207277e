"""Which files a path means, and what feed each is."""

from pathlib import Path

import pytest

from ingest.mapping import FileMap
from ingest.reports import FileReport
from ingest.sources import Choice, SourceFile, find_sources
from linkgraph.errors import UsageError


def touch(folder: Path, *names: str) -> Path:
    """A folder with these files, empty."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def found(path: Path, choice: Choice | None = None) -> dict[str, str]:
    """Feed, layout and codec of each file, or what became of it."""
    seen = {}
    for source in find_sources([path], choice or Choice()):
        name = str(source.path.relative_to(path)) if path.is_dir() else source.path.name
        seen[name] = " ".join(filter(None, _words(source)))
    return seen


def _words(source: SourceFile | FileReport) -> tuple[str | None, ...]:
    if isinstance(source, SourceFile):
        return source.feed, source.layout, source.codec
    return (source.status,)


def test_files_are_known_by_name_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "logins.csv", "logins-2026-11-20.jsonl.gz", "payments/part-0.parquet", "payments/2026/b.ndjson.zst")
    assert found(tmp_path) == {
        "logins-2026-11-20.jsonl.gz": "logins jsonl gzip",
        "logins.csv": "logins csv",
        "payments/2026/b.ndjson.zst": "payments jsonl zstd",
        "payments/part-0.parquet": "payments parquet",
    }
    assert list(found(tmp_path)) == sorted(found(tmp_path))


def test_a_file_alone_is_known_by_its_folder(tmp_path: Path) -> None:
    folder = touch(tmp_path / "labels", "part-1.csv")
    assert found(folder / "part-1.csv") == {"part-1.csv": "labels csv"}


def test_the_name_must_be_the_feed_not_begin_like_it(tmp_path: Path) -> None:
    touch(tmp_path / "x", "loginsight.csv", "accounts_old.csv", "p2p_orders.csv", "staff_access.2.csv")
    assert found(tmp_path / "x") == {
        "accounts_old.csv": "accounts csv",
        "loginsight.csv": "refused",
        "p2p_orders.csv": "p2p_orders csv",
        "staff_access.2.csv": "staff_access csv",
    }


def test_hidden_and_unfinished_files_are_not_seen(tmp_path: Path) -> None:
    touch(tmp_path, "logins.csv", ".logins.csv", "_SUCCESS", "logins/_temporary/part.csv", ".git/logins.csv")
    assert found(tmp_path) == {"logins.csv": "logins csv"}


def test_other_files_of_a_folder_are_skipped_and_said(tmp_path: Path) -> None:
    touch(tmp_path, "logins.csv", "NOTE.md", "logins.xlsx")
    assert found(tmp_path) == {"NOTE.md": "skipped", "logins.csv": "logins csv", "logins.xlsx": "skipped"}


def test_what_was_asked_for_by_name_is_refused_not_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "NOTE.md", "logins.parquet.gz", "empty/.keep")
    for name, words in (
        ("NOTE.md", "unknown suffix"),
        ("logins.parquet.gz", "decompress"),
        ("none.csv", "no such file"),
    ):
        [report] = find_sources([tmp_path / name], Choice())
        assert isinstance(report, FileReport)
        assert report.status == "refused"
        assert words in report.error
    [report] = find_sources([tmp_path / "empty"], Choice())
    assert isinstance(report, FileReport)
    assert "no file of a known feed" in report.error


def test_the_feed_can_be_said(tmp_path: Path) -> None:
    touch(tmp_path, "export.csv")
    assert found(tmp_path / "export.csv", Choice("bonuses")) == {"export.csv": "bonuses csv"}
    with pytest.raises(UsageError, match="no feed of that name"):
        Choice("bonus")
    with pytest.raises(UsageError, match="differ"):
        found(tmp_path / "export.csv", Choice("bonuses", (FileMap(feed="logins"),)))


def test_with_maps_a_folder_may_hold_files_without_a_feed(tmp_path: Path) -> None:
    touch(tmp_path, "User.parquet", "Other.parquet", "logins.csv")
    maps = (FileMap(file="User.*", feed="accounts"), FileMap(file="User.*", feed="labels"))
    sources = list(find_sources([tmp_path], Choice(maps=maps)))
    assert [source.feed for source in sources] == ["", "accounts", "labels", "logins"]
    assert isinstance(sources[0], FileReport)
    assert sources[0].status == "skipped"
