"""What a report says of accounts."""

from linkgraph.evaluate.accounts import OURS
from linkgraph.evaluate.cells import Column, Report, Section, Table, count, ends, fraction, percent, rounded, table

_SHOWN = 15  # countries

_CUTS = (
    Column("candidates", "candidates", count),
    Column("confirmed later", "positives", count),
    Column("base rate", "base_rate", fraction),
    Column("within 1 hop", "one_hop", percent),
    Column("within 2 hops", "two_hops", percent),
    Column("in a ring", "in_a_ring", percent),
    Column("recall", "recall", percent),
    Column("money recall", "money_recall", percent),
    Column("days gained", "days_gained", rounded),
)
_METHODS = (
    Column("cuts", "cuts", count),
    Column("median AP", "median_average_precision", fraction),
    Column("95 %", "median_average_precision_interval", ends(fraction)),
    Column("mean AP", "mean_average_precision", fraction),
    Column("recall", "mean_recall", percent),
    Column("95 %", "mean_recall_interval", ends(percent)),
    Column("precision", "mean_precision", percent),
    Column("ours less its recall, 95 %", "mean_recall_gain_interval", ends(percent)),
    Column("AUC", "mean_auc", fraction),
)
_LEAKY = (
    Column("AP, leaky", "average_precision", fraction),
    Column("recall, leaky", "recall", percent),
    Column("mean AP, by time", "mean_average_precision", fraction),
    Column("mean recall, by time", "mean_recall", percent),
)
_WRONG = (
    Column("innocent candidates", "innocent", count),
    Column("of them picked", "picked", rounded),
    Column("per 1,000", "per_thousand", rounded),
    Column("times the average", "times", rounded),
)
_CALIBRATION = (
    Column("flagged", "accounts", count),
    Column("Brier score", "brier", fraction),
    Column("calibration error", "error", fraction),
)


def findings(accounts: Report) -> list[str]:
    """The result in sentences."""
    summary, verdicts = accounts["summary"], accounts["verdicts"]
    if OURS not in summary:
        return ["No cut has an account that was confirmed later: nothing can be said of accounts."]
    ours = summary[OURS]
    recall, precision = ours["mean_recall_interval"], ours["median_average_precision_interval"]
    lines = [
        f"Among the first {accounts['capacity']} accounts of a night stood {percent(ours['mean_recall'])} of"
        f" those that are"
        f" fraud (95 %: {ends(percent)(recall)}; mean of {ours['cuts']} cuts); median average precision"
        f" {fraction(ours['median_average_precision'])} ({ends(fraction)(precision)})."
    ]
    if verdicts["graph_adds"] is False:
        lines.append("The graph adds nothing here: with its links shuffled, the figures stay within the interval.")
    if verdicts["graph_adds"]:
        lines.append("The graph adds to it: with its links shuffled, they fall by more than chance explains.")
    for measure, words in (("mean_recall", "recall"), ("median_average_precision", "average precision")):
        names = verdicts["not_surely_better_than"][measure]
        doubtful = f"not surely better than: {', '.join(names)}." if names else "surely better than every baseline."
        lines.append(f"By {words} it is {doubtful}")
    return lines


def account_sections(report: Report) -> list[Section]:
    """Cuts, methods, every cut, the leaky protocol, who is picked wrongly, calibration."""
    accounts = report["accounts"]
    found = [_cuts(accounts), _methods(accounts), _every_cut(accounts)]
    if report.get("leaky"):
        found.append(_leaky(report))
    return [*found, _wrong(accounts), *_calibration(accounts)]


def _cuts(accounts: Report) -> Section:
    rows = [(cut["day"], cut | cut["reach"] | cut["methods"][OURS]) for cut in accounts["cuts"]]
    text = (
        "Candidates are alive and unlabelled at the cut. Hops are counted from accounts confirmed by then, over shared"
        " identifiers: no propagation can reach further. Money: what an account still moved out until it was confirmed."
        " Days gained: median wait until the first dispute or confirmation of those caught."
    )
    return Section("Cuts", text, (table("cut", _CUTS, rows),))


def _methods(accounts: Report) -> Section:
    rows = [
        (name, row if name != OURS else row | {"mean_recall_gain_interval": None})
        for name, row in accounts["summary"].items()
    ]
    text = (
        f"The same candidates and facts for every method. Recall and precision in the first"
        f" {accounts['capacity']}; AP is"
        " average precision. Intervals draw whole rings and whole days anew, the same for all methods. AUC is"
        " a footnote:"
        " with few positives it flatters."
    )
    return Section("Methods", text, (table("method", _METHODS, rows),), "methods")


def _every_cut(accounts: Report) -> Section:
    tables = []
    for measure, form, title in (("average_precision", fraction, "average precision"), ("recall", percent, "recall")):
        columns = [Column(cut["day"], cut["day"], form) for cut in accounts["cuts"]]
        rows = [
            (name, {cut["day"]: cut["methods"].get(name, {}).get(measure) for cut in accounts["cuts"]})
            for name in accounts["summary"]
        ]
        tables.append(table("method", columns, rows, title))
    return Section("Every cut", "A late or thin cut can move a mean twofold.", tuple(tables), "cuts")


def _leaky(report: Report) -> Section:
    leaky, summary = report["leaky"], report["accounts"]["summary"]
    rows = [(name, row | summary[name]) for name, row in leaky["methods"].items() if name in summary]
    text = (
        f"Left: half of the confirmed accounts hidden at random on {leaky['day']} and looked for with"
        f" everything known then,"
        " later traces of their own fraud included, as published studies do. Right: by time, as above."
    )
    return Section("The leaky protocol beside the honest one", text, (table("method", _LEAKY, rows),))


def _wrong(accounts: Report) -> Section:
    text = f"Innocent candidates among the first accounts, all cuts together; of countries the {_SHOWN} with most."
    tables = (_picked(accounts, "by_country", "country"), _picked(accounts, "by_address", "class of address"))
    return Section("Wrongly picked", text, tables)


def _picked(accounts: Report, key: str, word: str) -> Table:
    sums: dict[str, Report] = {}
    for cut in accounts["cuts"]:
        for name, row in cut[key].items():
            total = sums.setdefault(name, {"innocent": 0, "picked": 0.0})
            sums[name] = {each: total[each] + row[each] for each in total}
    innocent, picked = (sum(row[each] for row in sums.values()) for each in ("innocent", "picked"))
    rows = []
    for name, row in sorted(sums.items(), key=lambda each: (-each[1]["picked"], each[0]))[:_SHOWN]:
        share = row["picked"] / row["innocent"] if row["innocent"] else None
        times = share * innocent / picked if share is not None and picked else None
        rows.append((name, row | {"per_thousand": None if share is None else 1000 * share, "times": times}))
    return table(word, _WRONG, rows)


def _calibration(accounts: Report) -> list[Section]:
    rows = [(cut["day"], cut["calibration"]) for cut in accounts["cuts"] if cut["calibration"]]
    if not rows:
        return []
    text = "Stated probabilities of flagged accounts against what happened; error in ten bins of equal mass."
    return [Section("Calibration", text, (table("cut", _CALIBRATION, rows),), "calibration")]
