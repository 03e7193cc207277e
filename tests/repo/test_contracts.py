"""Each import contract is broken once, in a copy: a rule that never fails holds nothing."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# One line, in the named module, that each contract must refuse.
BROKEN = {
    "layers": ("linkgraph/model.py", "import linkgraph.runs"),
    "edges": ("api/app.py", "import linkgraph.nightly"),
    "pure": ("linkgraph/detect/pairs.py", "import linkgraph.store.base"),
    "ingest": ("ingest/reports.py", "import linkgraph.detect.pairs"),
    "igraph": ("linkgraph/stages/grouping.py", "import igraph"),
    "deltalake": ("ingest/pipeline.py", "import deltalake"),
    "neo4j": ("linkgraph/nightly.py", "import neo4j"),
    "night": ("linkgraph/nightly.py", "import linkgraph.casework.keys"),
    "database": ("api/cursors.py", "import sqlalchemy"),
    "web": ("linkgraph/export.py", "import fastapi"),
    "cycles": ("linkgraph/detect/graph.py", "import linkgraph.detect.rings"),
}
CONTRACTS = {
    entry["id"]: entry["name"]
    for entry in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy with all those lines in it."""
    copy = tmp_path_factory.mktemp("copy")
    for package in ("linkgraph", "ingest", "api"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for module, line in BROKEN.values():
        with (copy / module).open("a", encoding="utf-8") as out:
            out.write(f"\n{line}\n")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    return re.sub(r"\s+", " ", ended.stdout)


def test_every_contract_has_a_breach() -> None:
    assert set(BROKEN) == set(CONTRACTS)


@pytest.mark.parametrize("contract", BROKEN)
def test_a_breach_is_seen(report: str, contract: str) -> None:
    assert f"{CONTRACTS[contract]} BROKEN" in report
    module, line = BROKEN[contract]
    importer = module.removesuffix(".py").replace("/", ".")
    arrow = f"{importer} -> {line.removeprefix('import ')}"
    assert (".rings -> .graph" if contract == "cycles" else arrow) in report.partition("Broken contracts")[2]
