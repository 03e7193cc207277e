"""A report as sections, for the terminal and the page alike."""

from linkgraph.evaluate import account_sections, ring_sections
from linkgraph.evaluate.cells import Report, Section, Table


def sections(report: Report) -> list[Section]:
    """All sections of a report in reading order; of what was not measured only the reason is there."""
    found = [Section("Findings", " ".join(_findings(report)))]
    if report.get("rings"):
        found += ring_sections.ring_sections(report)
    if report["accounts"]:
        found += account_sections.account_sections(report)
    if report.get("stability"):
        found.append(ring_sections.stability_section(report["stability"]))
    missing = tuple((each["what"], each["cuts"], each["why"]) for each in report["not_evaluated"])
    if missing:
        found.append(Section("Not evaluated", tables=(Table(("what", "cuts", "why"), missing),)))
    return found


def _findings(report: Report) -> list[str]:
    rings = ring_sections.findings(report) if report.get("rings") else []
    accounts = account_sections.findings(report["accounts"]) if report["accounts"] else []
    return [*rings, *accounts] or ["Nothing could be measured."]
