"""`GOALS.md` names every goal once, and only tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| ((?:SEC|AUD|REL|PERF)-\d\d) \| (.+?) \| (.+?) \| (.+) \|$",
    (ROOT / "GOALS.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
LAST = {"SEC": 21, "AUD": 5, "REL": 8, "PERF": 5}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def names_in(path: str) -> set[str]:
    """Functions, classes and names of a file."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    defined = {each.name for each in body if isinstance(each, ast.FunctionDef | ast.ClassDef)}
    targets = [target for each in body if isinstance(each, ast.Assign) for target in each.targets]
    return defined | {target.id for target in targets if isinstance(target, ast.Name)}


def test_every_goal_stands_once_in_order() -> None:
    wanted = [f"{group}-{number:02}" for group, last in LAST.items() for number in range(1, last + 1)]
    assert [goal for goal, *_ in ROWS] == wanted


def test_what_is_held_names_tests_that_exist() -> None:
    for goal, _, state, shown in ROWS:
        tests = NAMED.findall(shown)
        assert state in ("held", "partly", "open"), goal
        assert tests or state == "open", goal
        missing = [f"{path}::{name}" for path, name in tests if name not in names_in(path)]
        assert missing == [], goal


def test_what_is_not_wholly_held_says_what_is_missing() -> None:
    assert [goal for goal, _, state, shown in ROWS if state != "held" and not NAMED.sub("", shown).strip(" ,;")] == []
