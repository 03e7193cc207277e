"""The charts of the page: a Vega-Lite description of each, drawn to SVG text here, so that the page needs nothing
else.
"""

from typing import Any

import vl_convert

from linkgraph.evaluate.accounts import OURS
from linkgraph.evaluate.summary import PARTS

Report = dict[str, Any]
Spec = dict[str, Any]

_OURS, _OTHER, _RULE = "#b3261e", "#5f6b7a", "#9aa4b0"
_LINE_COLORS = ("#1f5fa8", "#3d8b57", "#8a5aa8", "#c08a1e")
_VEGA_LITE = "6.1"
_CONFIG = {
    "font": "Helvetica, Arial, sans-serif",
    "background": "#ffffff",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 240, "grid": False},
    "legend": {"labelFontSize": 12, "title": None, "labelLimit": 240},
}
_LINES = 4  # methods beside ours in the chart of the cuts


def draw(name: str, report: Report) -> str:
    """The chart called `name` as an SVG element; empty where the report has nothing to draw."""
    spec = _CHARTS[name](report)
    if spec is None:
        return ""
    return str(vl_convert.vegalite_to_svg({"config": _CONFIG} | spec, vl_version=_VEGA_LITE))


def _methods(report: Report) -> Spec | None:
    """Recall of every method with its interval, best first."""
    rows = [
        {"method": name, "value": row["mean_recall"], "low": ends[0], "high": ends[1], "ours": name == OURS}
        for name, row in report["accounts"]["summary"].items()
        if (ends := row["mean_recall_interval"]) is not None
    ]
    if not rows:
        return None
    y = {"field": "method", "type": "nominal", "sort": {"field": "value", "order": "descending"}, "title": None}
    color = {"condition": {"test": "datum.ours", "value": _OURS}, "value": _OTHER}
    title = f"recall in the first {report['accounts']['capacity']}, 95 % interval"
    x = {"type": "quantitative", "axis": {"format": ".0%", "title": title, "grid": True}}
    return {
        "data": {"values": rows},
        "width": 460,
        "height": {"step": 20},
        "encoding": {"y": y, "color": color},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"x": x | {"field": "value"}},
            },
        ],
    }


def _cuts(report: Report) -> Spec | None:
    """Average precision at every cut: ours, and the methods with the best median."""
    accounts = report["accounts"]
    summary = {name: row["median_average_precision"] or 0.0 for name, row in accounts["summary"].items()}
    others = sorted((name for name in summary if name not in PARTS), key=lambda name: -summary[name])
    if OURS not in summary:
        return None
    shown = [*others[:_LINES], OURS]
    rows = [
        {"cut": cut["day"], "method": name, "value": cut["methods"][name]["average_precision"]}
        for cut in accounts["cuts"]
        for name in shown
        if name in cut["methods"]
    ]
    rows += [{"cut": cut["day"], "method": "base rate", "value": cut["base_rate"]} for cut in accounts["cuts"]]
    colors = [*_LINE_COLORS[: len(shown) - 1], _OURS, _RULE]
    return {
        "data": {"values": [row for row in rows if row["value"] is not None]},
        "width": 460,
        "height": 220,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "cut", "type": "ordinal", "title": "cut", "axis": {"labelAngle": -40}},
            "y": {"field": "value", "type": "quantitative", "title": "average precision", "axis": {"grid": True}},
            "color": {
                "field": "method",
                "type": "nominal",
                "scale": {"domain": [*shown, "base rate"], "range": colors},
            },
        },
    }


def _calibration(report: Report) -> Spec | None:
    """Stated probability against the share that came true, every bin of every cut."""
    rows = [
        {"stated": said, "true": came, "accounts": number}
        for cut in report["accounts"]["cuts"]
        if cut["calibration"]
        for said, came, number in cut["calibration"]["bins"]
    ]
    axis = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "grid": True}}
    points = {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "color": _OURS, "opacity": 0.8},
        "encoding": {
            "x": axis | {"field": "stated", "title": "stated probability"},
            "y": axis | {"field": "true", "title": "came true"},
            "size": {"field": "accounts", "type": "quantitative", "legend": None},
        },
    }
    line = {
        "data": {"values": [{"stated": 0, "true": 0}, {"stated": 1, "true": 1}]},
        "mark": {"type": "line", "color": _RULE},
        "encoding": {"x": axis | {"field": "stated"}, "y": axis | {"field": "true"}},
    }
    return {"width": 260, "height": 260, "layer": [line, points]} if rows else None


def _designs(report: Report) -> Spec | None:
    """Recall by design; designs that show nothing but timing stand out."""
    rows = [
        {"design": f"{name} ({row['rings']})", "recall": row["recall"], "timing": row["timing_only"]}
        for name, row in report["rings"]["by_design"].items()
    ]
    if not rows:
        return None
    return {
        "data": {"values": rows},
        "width": 460,
        "height": {"step": 18},
        "mark": "bar",
        "encoding": {
            "x": {
                "field": "recall",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {"format": ".0%", "title": "rings found (number of true rings in brackets)", "grid": True},
            },
            "y": {"field": "design", "type": "nominal", "sort": "-x", "title": None},
            "color": {"condition": {"test": "datum.timing", "value": _OURS}, "value": _OTHER},
        },
    }


def _thresholds(report: Report) -> Spec | None:
    """Recall against precision as the threshold of the ring score rises."""
    rows = [
        {"recall": row["recall"], "precision": row["precision"], "threshold": row["threshold"]}
        for row in report["rings"]["by_threshold"]
        if row["precision"] is not None and row["recall"] is not None
    ]
    axis = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "grid": True}}
    encoding = {"x": axis | {"field": "recall"}, "y": axis | {"field": "precision"}}
    marks: list[Spec] = [
        {"mark": {"type": "line", "color": _RULE}, "encoding": {"order": {"field": "threshold"}}},
        {"mark": {"type": "point", "filled": True, "size": 60, "color": _OURS}},
        {
            "mark": {"type": "text", "dy": -10, "fontSize": 11, "color": _OTHER},
            "encoding": {"text": {"field": "threshold", "format": ".1f"}},
        },
    ]
    return (
        {"data": {"values": rows}, "width": 300, "height": 260, "encoding": encoding, "layer": marks} if rows else None
    )


_CHARTS = {
    "methods": _methods,
    "cuts": _cuts,
    "calibration": _calibration,
    "designs": _designs,
    "thresholds": _thresholds,
}
