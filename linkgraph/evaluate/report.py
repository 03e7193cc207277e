"""A report on disk: `report.json`, and the same as one page that needs nothing else, neither network nor script."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2

from linkgraph.evaluate.accounts import OURS
from linkgraph.evaluate.charts import draw
from linkgraph.evaluate.sections import sections
from linkgraph.runs import write_atomically

_TEMPLATE = Path(__file__).with_name("page.html")
_TITLES = {"world": "Detection on a simulated world", "ledger": "Detection on a ledger, against its own later facts"}


def write_report(report: dict[str, Any], folder: Path) -> None:
    """Write `report.json` and `report.html` into `folder`, replacing earlier ones. The same report gives the same
    bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "report.json", json.dumps(report, indent=1, sort_keys=True, allow_nan=False) + "\n")
    write_atomically(folder / "report.html", page(report))


def page(report: dict[str, Any]) -> str:
    """The page of a report."""
    shown = sections(report)
    surroundings = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = surroundings.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        title=_TITLES[report["kind"]],
        subtitle=_subtitle(report),
        sections=shown,
        charts={section.title: draw(section.chart, report) if section.chart else "" for section in shown},
        ours=OURS,
        made_from=_made_from(report),
    )


def _subtitle(report: dict[str, Any]) -> str:
    if report["kind"] == "world":
        return f"{report['world_accounts']:,} made-up accounts, whose rings and roles are known."
    return (
        f"Confirmed within {report['horizon_days']} days after a cut: a target. Innocent: nothing known for"
        f" {report['maturity_days']} days. At a cut only what was known by then is used."
    )


def _made_from(report: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        ("code version", report["code_version"]),
        ("configuration", report["config_hash"]),
        ("seed", str(report["seed"])),
        ("schema of report.json", str(report["schema"])),
    ]
    for run in report["runs"]:
        when = datetime.fromtimestamp(run["as_of"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        models = ", ".join(f"{kind} {model['digest']}" for kind, model in run["models"].items()) or "none"
        rows.append(
            (f"run {run['run_id']}", f"as of {when}; {'cold start; ' if run['cold_start'] else ''}models: {models}")
        )
    return rows
