"""The Browser kit: only names that exist in the graph, nothing of an id ever taken for markup or for a command."""

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from linkgraph import queries
from linkgraph.cli import app
from linkgraph.errors import NotFoundError
from linkgraph.kinds import KIND_NAMES
from linkgraph.kit import guides, saved_queries, style, write_guides, write_kit
from linkgraph.settings import read_settings
from linkgraph.tables import TABLES
from tests.builders import WORLD
from tests.conftest import Store
from tests.contract.test_neo4j_queries import HOMES
from tests.contract.test_neo4j_queries import LABELS as LABELS_OF
from tests.contract.test_neo4j_queries import TYPES as TYPES_OF
from tests.kit import HOSTILE, blocks, hostile_world, parameters

NAMES = queries.names("browser")
BUILD = "\n".join(queries.source("neo4j", name) for name in queries.names("neo4j", "build"))
TAGS = {"article", "carousel", "slide", "div", "h3", "h4", "p", "pre", "table", "tr", "th", "td"}
ROLES = ("Perpetrator", "Mule", "Victim", "Counterparty")
# Labels and types that publishing writes: those that stand in its statements, and those made from kinds.
LABELS = set(re.findall(r"\(\w*:([A-Z]\w+)", BUILD)) | {"Flagged", "RiskHigh", "Hub", "Pointer", *ROLES}
LABELS |= {kind.capitalize() for kind in KIND_NAMES}
TYPES = set(re.findall(r"\[\w*:([A-Z_]+)", BUILD))
# By label or type: the columns of its table under the names they have there, and what the store adds.
PROPERTIES = {
    owner: names | {f"was_{name}" for name in names} | {"key", "since", "until", "changed"}
    for table, owner in (LABELS_OF | TYPES_OF).items()
    for names in [{HOMES[table].get(column, column) for column in TABLES[table].names} - {"start", "end"}]
} | {"Pointer": {"name", "seq"}}


class _Tags(HTMLParser):
    """The tags of a page, and whether each that was opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def hostile(home: Path) -> Store:
    """An embedded store with a ring and accounts of hostile ids and texts."""
    store = Store(read_settings(home=home, store="embedded", threads=1))
    store.publish(hostile_world())
    return store


@example("\\u0022")
@example('\\"u')
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_parameter_is_read_back_as_it_was_whatever_it_holds(text: str) -> None:
    command = guides.command_of({"account_id": text, "limit": 5})
    assert parameters(command) == {"account_id": text, "limit": 5}
    # One plain line, and what Cypher makes of escapes by number ends no text early.
    assert re.fullmatch(r"[ -~]*", command)
    assert not re.search(r"(?i)\\u00(22|5c)", command)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_id_becomes_markup(hostile: Store, name: str) -> None:
    with hostile.view() as view:
        pages = [guides.ring_guide(view, name), guides.account_guide(view, name)]
    for page in pages:
        tags = _Tags()
        tags.feed(page)
        assert tags.open == []
        assert not re.search(r"<(?![/a-z])", page)
        assert tags.seen <= TAGS
        first, *rest = blocks(page)
        assert name in (parameters(first)["ring_id"], parameters(first)["account_id"])
        assert [block for block in rest if block not in {queries.load("browser", each).text for each in NAMES}] == []


def test_each_block_finds_its_parameters_set_before_it() -> None:
    first, *rest = blocks(guides.start_guide())
    assert sorted(rest) == sorted(queries.load("browser", name).text for name in NAMES)
    for name in NAMES:
        assert set(queries.load("browser", name).params) <= set(parameters(first)), name


def test_guides_tell_what_the_run_holds(home: Path) -> None:
    store = Store(read_settings(home=home, store="embedded", threads=1))
    store.publish(WORLD)
    with store.view() as view:
        ring_page, account_page = guides.ring_guide(view, "r1"), guides.account_guide(view, "a1")
        assert guides.ring_guide(view, "r0") == ring_page  # it merged into that ring
        with pytest.raises(NotFoundError):
            guides.ring_guide(view, "nowhere")
        with pytest.raises(NotFoundError):
            guides.account_guide(view, "nobody")
    assert "Three accounts on one device." in ring_page
    assert ring_page.index("<td>a1</td>") < ring_page.index("<td>a3</td>")
    assert parameters(blocks(ring_page)[0])["account_id"] == "a1"
    assert "Shares a device with 2 accounts." in account_page
    assert "<td>+0.80</td>" in account_page
    given_to = parameters(blocks(account_page)[0])
    assert (given_to["account_id"], given_to["other_id"], given_to["ring_id"]) == ("a1", "a2", "r1")


def test_the_kit_is_the_same_bytes_each_time(hostile: Store, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        written = write_kit(folder)
        with hostile.view() as view:
            written += write_guides(folder, view, HOSTILE, HOSTILE)
        assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
        assert all(path.resolve().is_relative_to(folder.resolve()) for path in written)
        assert len(written) == len(set(written)) == 3 + len(NAMES) + 2 * len(HOSTILE)
    one, two = ({path.relative_to(f): path.read_bytes() for path in f.rglob("*.*")} for f in (tmp_path / "one", folder))
    assert one == two


def test_saved_queries_are_the_statements_under_their_titles(tmp_path: Path) -> None:
    write_kit(tmp_path)
    with zipfile.ZipFile(tmp_path / "queries.zip") as zipped:
        found = {name: zipped.read(name).decode() for name in zipped.namelist()}
    assert found == dict(saved_queries())
    assert len(found) == len(NAMES)
    texts = [queries.parse(name, text, "//").text for name, text in found.items()]
    assert sorted(texts) == sorted(queries.load("browser", name).text for name in NAMES)
    for name, text in found.items():
        assert text.startswith(f"// {Path(name).stem}\n")


def test_statements_name_only_what_the_graph_has() -> None:
    assert {"Account", "Identifier", "Ring", "RingEvent"} <= LABELS
    assert {"USED", "MEMBER_OF", "LINKED", "BECAUSE"} == TYPES
    for name in NAMES:
        text = re.sub(r"'[^']*'", "''", queries.load("browser", name).text)
        text = re.sub(r"CALL [a-z][\w.]+\(", "CALL (", text)  # a procedure of the server's
        owners = dict(re.findall(r"[(\[](\w+):(\w+)", text))
        assert set(owners.values()) | set(re.findall(r"[(\[]\w*:(\w+)", text)) <= LABELS | TYPES, name
        assert "p" in owners
        for variable, named in re.findall(r"\b([a-z]+)\.(\w+)", text):
            # Each node of a way is an account or an identifier; the others are columns of the answer.
            if variable not in ("each", "account"):
                assert named in PROPERTIES[owners[variable]], (name, variable, named)
        for label, named in re.findall(r":(\w+) \{(\w+):", text):
            assert named in PROPERTIES[label], (name, label, named)


def test_the_style_names_only_what_the_graph_has() -> None:
    text, captions = style.text(), []
    assert set(re.findall(r"^node\.(\w+)", text, re.MULTILINE)) <= LABELS
    assert set(re.findall(r"^relationship\.(\w+)", text, re.MULTILINE)) == TYPES
    for owner, caption in re.findall(r"^\w+\.(\w+) \{\n(?:  (?!caption).*\n)*  caption: '(.*)';", text, re.MULTILINE):
        assert set(re.findall(r"\{(\w+)\}", caption)) <= PROPERTIES[owner], (owner, caption)
        captions.append(caption)
    assert len(captions) == text.count("caption: ") == 8
    assert {kind.capitalize() for kind in KIND_NAMES} <= set(re.findall(r"^node\.(\w+)", text, re.MULTILINE))


def test_what_is_common_to_identifiers_stands_before_the_kinds_and_hubs_stand_last() -> None:
    order = re.findall(r"^node\.(\w+)", style.text(), re.MULTILINE)
    at = {name: order.index(name) for name in order}
    assert len(order) == len(at)
    assert all(at["Identifier"] < at[kind.capitalize()] < at["Hub"] for kind in KIND_NAMES)
    assert all(at["Account"] < at[role] < at["RiskHigh"] for role in ROLES)


def test_the_command_writes_the_kit_and_guides_of_the_published_run(
    hostile: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(hostile.settings.home))
    out, names = tmp_path / "out", [option for name in HOSTILE[:2] for option in ("--ring", name, "--account", name)]
    ended = CliRunner().invoke(app, ["neo4j", "kit", str(out), *names])
    assert ended.exit_code == 0, ended.output
    assert set(ended.output.split("\n")[:-1]) == {str(path) for path in out.rglob("*") if path.is_file()}
    assert {path.parent.name for path in out.rglob("*.html")} == {"out", "rings", "accounts"}
    missing = CliRunner().invoke(app, ["neo4j", "kit", str(out), "--ring", "nowhere"])
    assert isinstance(missing.exception, NotFoundError)
