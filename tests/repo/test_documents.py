"""Documents name what is there: every command, every setting, every path, every dependency.

`python -m tests.repo.test_documents` prints the table of settings that stands in the README.
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from linkgraph.cli import app
from linkgraph.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = {command.name or "": command for command in typer.main.get_group(app).commands.values()}
# The default of the others is nothing, or too long to show.
_SHOWN = set(Settings.model_fields) - {
    "browser_url",
    "keys_file",
    "database_url",
    "audit_key_file",
    "audit_anchor_file",
    "vault_key_file",
    "vault_old_key_file",
    "neo4j_password",
    "neo4j_lib",
    "parameters",
}
BLOCK = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)


def settings_table() -> str:
    """The settings as a table, from their definitions."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        alias = getattr(field.validation_alias, "choices", [f"LINKGRAPH_{name.upper()}"])[0]
        default = f"`{field.default}`" if name in _SHOWN else ""
        variable = "`[parameters]` in the TOML file" if name == "parameters" else f"`{alias}`"
        rows.append(f"| {variable} | {default} | {field.description} |")
    return "\n".join(rows)


def test_the_readme_has_the_table_of_settings() -> None:
    assert settings_table() in README


def _typed(text: str) -> list[list[str]]:
    lines = [line.removeprefix("$ ").partition("#")[0] for block in BLOCK.findall(text) for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith(("linkgraph ", "make "))]


def test_every_command_is_in_the_readme() -> None:
    shown = {words[1] for words in _typed(README) if words[0] == "linkgraph"}
    assert shown == set(COMMANDS)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "examples/p2p/README.md"])
def test_commands_in_documents_can_be_typed(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in _typed((ROOT / document).read_text(encoding="utf-8")):
        if words[0] == "make":
            assert words[1] in targets, words
            continue
        command = COMMANDS[words[1]]
        command = command.commands[words[2]] if isinstance(command, TyperGroup) else command
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words[2:] if word.startswith("--")} <= options, words


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "BENCHMARKS.md", "CHANGELOG.md"])
def test_paths_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:linkgraph|ingest|api|queries|tests|examples|requirements)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_dependency_has_its_reason_and_owner() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert all(re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?>=[\d.]+", entry) for entry in stated), (
        "each has a lower bound and nothing else"
    )
    named = {re.split(r"\[|>=", entry)[0] for entry in stated}
    rows = re.findall(r"^\| (`.*?) \|", CONTRIBUTING, re.MULTILINE)
    listed = {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    assert {name for name in named if name not in listed} == set()


if __name__ == "__main__":
    print(settings_table())  # noqa: T201
