"""The rules of roles, one by one and in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.explain.roles import Act, Facts, role

FACTS = st.builds(
    Facts,
    label=st.sampled_from([None, "fraud", "victim", "cleared", "suspected", "chargeback"]),
    typology=st.sampled_from([None, "mule_pass_through", "stolen_card_ring", "something new"]),
    taken_over=st.booleans(),
    membership=st.sampled_from([None, "core", "likely", "fringe"]),
    acts=st.lists(
        st.builds(Act, st.sampled_from(["perpetrator", "mule", "victim"]), st.just("did so")), max_size=4
    ).map(tuple),
    dealt_with=st.sampled_from([None, "P2P order with a suspect"]),
)  # fmt: skip


@given(FACTS)
def test_the_taken_over_never_become_perpetrators_unless_people_rule_so(facts: Facts) -> None:
    marked = facts.taken_over or any(act.role == "victim" for act in facts.acts)
    if facts.label == "victim" or (marked and facts.label not in ("fraud", "cleared")):
        assert role(facts).name == "victim"


@given(FACTS)
def test_a_ring_alone_and_money_received_make_nobody_guilty(facts: Facts) -> None:
    if not facts.acts and facts.label is None:
        assert role(facts).name in ("victim", "counterparty", "unknown")


@given(FACTS)
def test_the_cleared_have_no_guilt_and_every_role_has_a_reason(facts: Facts) -> None:
    found = role(facts)
    assert found.reason
    if facts.label == "cleared":
        assert (found.name, found.reason) == ("unknown", "cleared by a reviewer")


@pytest.mark.parametrize(
    ("facts", "name", "reason"),
    [
        (Facts(label="fraud", typology="mule_pass_through"), "mule", "confirmed fraud (mule_pass_through)"),
        (Facts(label="fraud", typology="unheard_of"), "perpetrator", "confirmed fraud (unheard_of)"),
        (Facts(label="chargeback"), "unknown", "a chargeback alone does not say who"),
        (Facts(label="chargeback", membership="core"), "perpetrator", "core member of a ring, and a chargeback"),
        (Facts(membership="core"), "unknown", "core member of a ring, no act of its own decides"),
        (Facts(membership="fringe", acts=(Act("perpetrator", "x"),)), "unknown",
         "fringe member of a ring, no act of its own decides"),
        (Facts(acts=(Act("mule", "x"),)), "unknown", "nothing known decides"),
        (Facts(acts=(Act("mule", "x"), Act("mule", "y"))), "mule", "x; y"),
        (Facts(membership="likely", acts=(Act("mule", "x"),)), "mule", "likely member of a ring, and x"),
        (Facts(dealt_with="P2P order with a suspect"), "counterparty", "nothing but P2P order with a suspect"),
    ],
)  # fmt: skip
def test_each_rule(facts: Facts, name: str, reason: str) -> None:
    assert (role(facts).name, role(facts).reason) == (name, reason)
