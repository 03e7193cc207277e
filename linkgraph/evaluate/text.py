"""A report as lines for a terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

Report = dict[str, Any]

_RING_HEADS = ("rings", "found", "recall", "by weights", "mean Jaccard")
_RING_NAMES = ("rings", "found", "recall", "recall_weighted", "mean_jaccard")


def render(report: Report) -> str:
    """The main figures; the rest is in the JSON."""
    runs = ", ".join(run["run_id"] for run in report["runs"]) or "none"
    lines = [f"code {report['code_version']}, config {report['config_hash']}, runs {runs}", ""]
    if "rings" in report:
        lines += _rings(report["rings"])
    if "victims" in report:
        lines += [_victims(report["victims"]), ""]
    if report["accounts"]:
        lines += _accounts(report["accounts"])
    lines += [f"Not evaluated: {each['what']}: {each['why']}" for each in report["not_evaluated"]]
    return "\n".join(lines).rstrip() + "\n"


def _accounts(accounts: Report) -> list[str]:
    heads = ("cut", "candidates", "positives", "base rate", "1 hop", "2 hops", "in a ring", "recall", "AP")
    rows = []
    for cut in accounts["cuts"]:
        ours, reach = cut["methods"]["linkgraph"], cut["reach"]
        numbers = (cut["candidates"], cut["positives"], cut["base_rate"], *reach.values())
        rows.append((cut["day"], *numbers, ours["recall"], ours["average_precision"]))
    lines = table(heads, rows)
    titles = (
        "method",
        "cuts",
        "median AP",
        "95 %",
        "mean AP",
        f"recall in {accounts['capacity']}",
        "95 %",
        "precision",
    )
    rows = []
    for name, row in accounts["summary"].items():
        ap, hit = row["median_average_precision"], row["mean_recall"]
        ends = (_ends(row["median_average_precision_interval"]), _ends(row["mean_recall_interval"]))
        numbers = (ap, ends[0], row["mean_average_precision"], hit, ends[1], row["mean_precision"])
        rows.append((name, row["cuts"], *numbers))
    return lines + table(titles, rows)


def _ends(ends: list[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.4f} {ends[1]:.4f}"


def _rings(rings: Report) -> list[str]:
    at = rings["at_default"]
    timing = rings["timing_only"]
    lines = [
        f"Rings with a score of at least {rings['default_threshold']}: recall {_show(at['recall'])} of {at['rings']},"
        f" precision {_show(at['precision'])} of {at['reported']}; timing only: recall {_show(timing['recall'])}"
        f" of {timing['rings']}; element similarity {_show(at['element_similarity'])}",
        "",
    ]
    designs = [(name + (" (timing)" if row["timing_only"] else ""), row) for name, row in rings["by_design"].items()]
    lines += table(("design", *_RING_HEADS), [(name, *(row[each] for each in _RING_NAMES)) for name, row in designs])
    typologies = rings["by_typology"].items()
    lines += table(
        ("typology", *_RING_HEADS), [(name, *(row[each] for each in _RING_NAMES)) for name, row in typologies]
    )
    names = ("threshold", "reported", "found", "recall", "precision", "recall_weighted", "precision_weighted")
    heads = (*names[:5], "r. weighted", "p. weighted", "worst innocent kind")
    rows = [(*(row[name] for name in names), row["worst_innocent"]) for row in rings["by_threshold"]]
    lines += table(heads, rows)
    innocent = at["innocent"].items()
    rows = [(kind, row["groups"], row["reported"], row["share"]) for kind, row in innocent]
    lines += table(("innocent kind", "groups", "reported", "share"), rows)
    false = ", ".join(f"{kind} {count}" for kind, count in rings["false_rings_meet"].items())
    return [*lines, f"Wrong rings mostly consist of: {false or 'none'}", ""]


def _victims(victims: Report) -> str:
    return (
        f"Takeover victims: {victims['victims']}, called perpetrator {victims['blamed']},"
        f" flagged {victims['flagged']}, in a ring {victims['in_rings']}"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Aligned columns: the first to the left, the others to the right, an empty line at the end."""
    cells = [list(heads), *([_show(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [*lines, ""]


def _show(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
