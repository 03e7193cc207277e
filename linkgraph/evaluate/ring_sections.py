"""What a report says of rings: where the truth is known, and from night to night."""

from linkgraph.evaluate.cells import Column, Report, Section, count, fraction, percent, table

_GROUPS = (
    Column("rings", "rings", count),
    Column("found", "found", count),
    Column("recall", "recall", percent),
    Column("recall by weights", "recall_weighted", percent),
    Column("mean Jaccard", "mean_jaccard", fraction),
)
_LEVELS = (
    Column("reported", "reported", count),
    Column("found", "found", count),
    Column("recall", "recall", percent),
    Column("precision", "precision", percent),
    Column("recall by weights", "recall_weighted", percent),
    Column("precision by weights", "precision_weighted", percent),
    Column("worst innocent kind", "worst_innocent", percent),
)
_INNOCENT = (
    Column("groups", "groups", count),
    Column("reported", "reported", count),
    Column("share", "share", percent),
)
_STABILITY = (
    Column("rings", "rings", count),
    Column("kept their id", "kept_id", percent),
    Column("kept all members", "kept_members", percent),
    Column("mean Jaccard", "mean_jaccard", fraction),
)


def findings(report: Report) -> list[str]:
    """The result in sentences."""
    at, timing, victims = report["rings"]["at_default"], report["rings"]["timing_only"], report["victims"]
    kinds = [row["share"] for row in at["innocent"].values() if row["share"] is not None]
    return [
        f"Of {count(at['rings'])} true rings {percent(at['recall'])} were found; of {count(at['reported'])}"
        f" reported ones"
        f" {percent(at['precision'])} are right. Of {count(timing['rings'])} rings that share nothing but timing"
        f" {percent(timing['recall'])} were found.",
        f"Of the kind of innocent group that fares worst {percent(max(kinds, default=None))} are reported as rings.",
        *(
            f"Of {count(row['victims'])} {kind} victims {count(row['blamed'])} are called perpetrators."
            for kind, row in victims["by_kind"].items()
        ),
    ]


def ring_sections(report: Report) -> list[Section]:
    """By design and typology, by threshold, innocent groups, victims."""
    rings, victims = report["rings"], report["victims"]
    at = rings["at_default"]
    groups = [
        table(
            word,
            _GROUPS,
            [(name + " (timing only)" * row["timing_only"], row) for name, row in rings[f"by_{word}"].items()],
        )
        for word in ("design", "typology")
    ]
    levels = table("score from", _LEVELS, [(f"{row['threshold']:.1f}", row) for row in rings["by_threshold"]])
    false = [(kind, {"n": number}) for kind, number in rings["false_rings_meet"].items()]
    roles = ", ".join(f"{role} {number}" for role, number in victims["by_role"].items()) or "none"
    return [
        Section(
            "Rings",
            f"Found: a reported ring with a score from {rings['default_threshold']} has a Jaccard index of at"
            f" least 0.5 with"
            f" it; by weights, where its members count as surely as they belong. Element-centric similarity of both"
            f" groupings: {fraction(at['element_similarity'])}.",
            tuple(groups),
            "designs",
        ),
        Section("Rings by score", _calibration(rings["calibration"]), (levels,), "thresholds"),
        Section(
            "Innocent groups",
            "Reported: at least half of the group lies in one reported ring, or both are much the same.",
            (
                table("innocent kind", _INNOCENT, list(at["innocent"].items())),
                table("wrong rings are mostly of", (Column("rings", "n", count),), false),
            ),
        ),
        Section(
            "Victims",
            f"{count(victims['victims'])} victims by role: {roles}; flagged {count(victims['flagged'])}, in a ring"
            f" {count(victims['in_rings'])}.",
        ),
    ]


def _calibration(found: Report | None) -> str:
    if found is None:
        return ""
    return (
        f"Calibration error of the scores of {count(found['rings'])} reported rings, in ten bins of equal size:"
        f" {fraction(found['error'])}."
    )


def stability_section(stability: Report) -> Section:
    """Rings of one night in the next."""
    rows = [("nothing", stability["unchanged"]), ("1 % of the links", stability["one_percent_changed"])]
    return Section("From night to night", "", (table("changed in between", _STABILITY, rows),))
