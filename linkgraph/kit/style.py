"""How nodes and relationships look: a style sheet in GraSS, the Browser's own dialect.

Of rules that name a node the later one wins, property by property: so what all identifiers share stands before the
kinds, and what is not to be followed (hubs) or not to be missed (high risk) stands last.
"""

from collections.abc import Iterator

from linkgraph.kinds import KINDS

Rule = tuple[str, dict[str, str]]

_INK = "#FFFFFF"
# By family, so that a picture can be read with few colours.
_FAMILIES = {
    "access": "#4C8EDA",
    "instrument": "#2A9D8F",
    "wallet": "#8E6BBF",
    "document": "#A47148",
    "proof": "#A47148",
    "contact": "#57A773",
    "stem": "#9BB1A0",
}


def text() -> str:
    """The whole sheet."""
    return "\n".join(f"{name} {{\n{_lines(values)}}}\n" for name, values in _rules())


def _rules() -> Iterator[Rule]:
    yield "node", _disc(50, "#A5ABB6")
    yield "relationship", {"color": "#A5ABB6", "shaft-width": "1px", "font-size": "8px", "padding": "3px"}
    yield "node.Account", _disc(50, "#8A94A6") | _caption("{id}")
    for label, colour in (("Perpetrator", "#C0392B"), ("Mule", "#E67E22"), ("Victim", "#3498DB")):
        yield f"node.{label}", {"color": colour}
    yield "node.Counterparty", {"color": "#B7A66B"}
    yield "node.Flagged", {"border-color": "#7B241C", "border-width": "5px"}
    yield "node.RiskHigh", {"diameter": "65px"}
    yield "node.Ring", _disc(80, "#5B2C6F") | _caption("{size} accounts")
    yield "node.RingEvent", _disc(40, "#BFA5CC") | _caption("{event}")
    yield "node.Identifier", _disc(40, "#57A773") | _caption("{kind} of {degree}")
    for kind in KINDS:
        yield f"node.{kind.name.capitalize()}", {"color": _FAMILIES[kind.family]}
    yield "node.Hub", {"color": "#D9DCE1", "text-color-internal": "#444444", "diameter": "30px"}
    yield "relationship.USED", _caption("{days} days")
    yield "relationship.MEMBER_OF", _caption("{membership}") | {"color": "#5B2C6F"}
    yield "relationship.LINKED", _caption("{bits} bits") | {"color": "#C0392B", "shaft-width": "3px"}
    yield "relationship.BECAUSE", _caption("{block}") | {"color": "#E67E22"}


def _disc(width: int, colour: str) -> dict[str, str]:
    return {
        "diameter": f"{width}px",
        "color": colour,
        "border-color": "#6B7280",
        "border-width": "2px",
        "text-color-internal": _INK,
        "font-size": "10px",
    }


def _caption(text: str) -> dict[str, str]:
    return {"caption": f"'{text}'"}


def _lines(values: dict[str, str]) -> str:
    return "".join(f"  {name}: {value};\n" for name, value in values.items())
