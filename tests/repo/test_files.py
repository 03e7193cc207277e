"""What no linter of the language holds: lengths, queries outside `queries/`, imports that act, documents that drift."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from linkgraph import queries

ROOT = Path(__file__).parents[2]
PACKAGES = ("linkgraph", "ingest", "api")
SOURCES = sorted(path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py"))
PRODUCT = [path for path in SOURCES if "tests" not in path.parts]
LONGEST_FILE = 450
WHOLE_FOLDERS = {"schema"}  # all their statements are run, in order of name
STATEMENT = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|CREATE\s+(OR\s+REPLACE\s+)?(TABLE|VIEW|INDEX)\s"
    r"|MATCH\s*\(|MERGE\s*\(|UNWIND\s+\$|WITH\s+\w+\s+AS\s*\()",
    re.IGNORECASE | re.DOTALL,
)


def test_no_file_is_too_long() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_statements_are_recognised() -> None:
    assert STATEMENT.match("SELECT a FROM b")
    assert STATEMENT.match("\n MATCH (a:Account) RETURN a")
    assert not STATEMENT.match("Select one of the accounts.")


def test_no_statement_stands_in_code() -> None:
    found = {str(path.relative_to(ROOT)): text for path in PRODUCT for text in _strings(path) if STATEMENT.match(text)}
    assert found == {}


def test_every_query_is_asked_for_by_name() -> None:
    code = "\n".join(text for path in PRODUCT for text in _strings(path))
    for backend in ("relational", "embedded", "neo4j"):
        for name in queries.names(backend):
            group, _, last = name.rpartition("/")
            asked = last in code or last.removeprefix("current_") in code or f"{name.rpartition('_')[0]}_" in code
            assert asked or group in WHOLE_FOLDERS, f"{backend}/{name} is not used"


def test_every_query_can_be_parsed() -> None:
    for backend in ("relational", "embedded", "neo4j", "browser", "ingest"):
        for name in queries.names(backend):
            assert queries.load(backend, name).text


def test_importing_does_nothing() -> None:
    """Every module, in an empty environment, with sockets and writing refused."""
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in PRODUCT
        if path.name != "__main__.py"
    )
    program = f"""
import builtins, importlib, os, socket
def refuse(*args, **kwargs): raise SystemExit("an import opened a socket")
socket.socket.connect = socket.socket.bind = refuse
plain = builtins.open
def reading(file, mode="r", *args, **kwargs):
    assert not set(mode) & set("wax+") or not str(file).startswith({str(ROOT)!r}), f"an import wrote {{file}}"
    return plain(file, mode, *args, **kwargs)
builtins.open = reading
before = dict(os.environ)
for name in {names!r}:
    importlib.import_module(name)
assert dict(os.environ) == before
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
