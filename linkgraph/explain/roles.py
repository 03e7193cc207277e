"""Who an account is in a fraud: perpetrator, mule, victim, counterparty, unknown. A guess with its reason, for a person
to confirm; the first rule that holds decides.

What makes a victim comes first, so that nobody becomes a perpetrator by what an intruder did, by the company of a ring,
or by being paid. A reported ring alone makes nobody a perpetrator: that needs an act of one's own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from linkgraph.detect.typologies import role_of

UNKNOWN = "unknown"
NOTHING = "nothing known decides"
# The typology of a victim whose card, device or the like was stolen: followed by its kind.
STOLEN = "stolen_from_"


@dataclass(frozen=True, slots=True)
class Act:
    """A signal at a value that speaks for a role, in words."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one account. `taken_over`: somebody reported or ruled so; `membership`: its place in a ring;
    `dealt_with`: how and with which perpetrator or mule it had business.
    """

    label: str | None = None
    typology: str | None = None
    taken_over: bool = False
    membership: str | None = None
    acts: tuple[Act, ...] = ()
    dealt_with: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role and why."""

    name: str
    reason: str


def role(facts: Facts) -> Role:
    """The role of an account: the first rule that holds."""
    return next((found for rule in _RULES if (found := rule(facts)) is not None), Role(UNKNOWN, _why_unknown(facts)))


def _victim(facts: Facts) -> Role | None:
    if facts.label == "victim" and (facts.typology or "").startswith(STOLEN):
        return Role(
            "victim", f"holder of a stolen {(facts.typology or '').removeprefix(STOLEN)}, by a reviewer's verdict"
        )
    if facts.label == "victim":
        return Role("victim", "ruled a victim, or reported as taken over")
    if facts.label in ("fraud", "cleared"):
        return None
    if facts.taken_over:
        return Role("victim", "reported as taken over")
    marks = _acts(facts, "victim")
    return Role("victim", marks[0].text) if marks else None


def _cleared(facts: Facts) -> Role | None:
    return Role(UNKNOWN, "cleared by a reviewer") if facts.label == "cleared" else None


def _confirmed(facts: Facts) -> Role | None:
    if facts.label != "fraud":
        return None
    told = f" ({facts.typology})" if facts.typology else ""
    return Role(role_of(facts.typology), f"confirmed fraud{told}")


def _core_with_act(facts: Facts) -> Role | None:
    if facts.membership != "core":
        return None
    own = [act.text for act in _acts(facts, "perpetrator")]
    own += {"chargeback": ["a chargeback"], "suspected": ["suspected by a reviewer"]}.get(facts.label or "", [])
    return Role("perpetrator", f"core member of a ring, and {own[0]}") if own else None


def _mule(facts: Facts) -> Role | None:
    passing = _acts(facts, "mule")
    if not passing or (facts.membership is None and len(passing) == 1):
        return None
    place = f"{facts.membership} member of a ring, and " if facts.membership else ""
    return Role("mule", place + "; ".join(act.text for act in passing))


def _counterparty(facts: Facts) -> Role | None:
    if facts.dealt_with is None or facts.membership is not None:
        return None
    return Role("counterparty", f"nothing but {facts.dealt_with}")


_RULES: tuple[Callable[[Facts], Role | None], ...] = (
    _victim, _cleared, _confirmed, _core_with_act, _mule, _counterparty,
)  # fmt: skip


def _acts(facts: Facts, wanted: str) -> list[Act]:
    return [act for act in facts.acts if act.role == wanted]


def _why_unknown(facts: Facts) -> str:
    if facts.membership is not None:
        return f"{facts.membership} member of a ring, no act of its own decides"
    return "a chargeback alone does not say who" if facts.label == "chargeback" else NOTHING
