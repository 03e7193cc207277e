"""A report on disk: `report.json`, sorted, the same bytes for the same inputs."""

import json
from pathlib import Path
from typing import Any

from linkgraph.runs import write_atomically


def write_report(report: dict[str, Any], folder: Path) -> None:
    """Write the report into `folder`, replacing an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "report.json", json.dumps(report, indent=1, sort_keys=True) + "\n")
