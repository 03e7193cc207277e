"""Laws of the resistor network on random graphs: what labels, links and strangers may do to a voltage."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.propagation import (
    Floats,
    Links,
    Network,
    Ties,
    build_network,
    discounted,
    link_voltages,
    solve,
)
from linkgraph.detect.scoring import gather
from linkgraph.parameters import Parameters

P = Parameters()
EXACT = Parameters(solve_tol=1e-12)
ACCOUNTS, IDENTIFIERS = 9, 6
Strength = st.floats(0.01, 1.0)
Places = st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, IDENTIFIERS - 1))
Word = st.sampled_from([None, None, "fraud", "suspected", "cleared"])


@dataclass(frozen=True)
class World:
    """Links with their conductance, and what is said of each account."""

    links: dict[tuple[int, int], float]
    words: list[str | None]
    identifiers: int = IDENTIFIERS

    def says(self, account: int, word: str | None) -> "World":
        return replace(self, words=[word if at == account else each for at, each in enumerate(self.words)])

    def network(self) -> Network:
        keys = sorted(self.links)
        links = Links(
            np.array([a for a, _ in keys], np.int32),
            np.array([x for _, x in keys], np.int32),
            np.array([self.links[key] for key in keys]),
        )
        strength = {"fraud": P.sigma_fraud, "suspected": P.sigma_suspected, "cleared": P.sigma_innocent}
        sigma = np.array([strength[word] if word else 0.0 for word in self.words])
        label = np.array([float(word in ("fraud", "suspected")) for word in self.words])
        return build_network(links, self.identifiers, Ties(sigma, label, np.zeros(len(self.words))), P)

    def voltages(self) -> Floats:
        return solve(self.network(), EXACT)


Worlds = st.builds(
    World,
    st.dictionaries(Places, Strength, min_size=1, max_size=20),
    st.lists(Word, min_size=ACCOUNTS, max_size=ACCOUNTS),
)
Account = st.integers(0, ACCOUNTS - 1)


@given(Worlds)
def test_voltages_are_chances_and_nothing_without_fraud(world: World) -> None:
    v = world.voltages()
    assert v.min() >= 0
    assert v.max() < 1
    silent = replace(world, words=[None if word != "cleared" else word for word in world.words])
    assert not silent.voltages().any()


@given(Worlds, Account)
def test_one_more_fraud_lowers_nobody_and_one_more_cleared_raises_nobody(world: World, account: int) -> None:
    plain = world.says(account, None).voltages()
    assert (world.says(account, "fraud").voltages() >= plain - 1e-9).all()
    assert (world.says(account, "fraud").voltages() >= world.says(account, "suspected").voltages() - 1e-9).all()
    assert (world.says(account, "cleared").voltages() <= plain + 1e-9).all()


@given(Worlds, st.lists(st.floats(0, 1), min_size=20, max_size=20))
def test_evidence_discounted_raises_no_voltage(world: World, kept: list[float]) -> None:
    network = world.network()
    weaker = network.links.conductance * np.array(kept)[: len(network.links.account)]
    assert (solve(discounted(network, weaker), EXACT) <= solve(network, EXACT) + 1e-12).all()


@given(Worlds)
def test_shares_of_each_label_add_up(world: World) -> None:
    """The strengths stay in the matrix; what is injected is shared out label by label."""
    network = world.network()
    whole = solve(network, EXACT)
    parts = np.zeros_like(whole)
    for seed in np.flatnonzero(network.label):
        parts += solve(replace(network, label=np.where(np.arange(len(whole)) == seed, 1.0, 0.0)), EXACT)
    assert parts == pytest.approx(whole, abs=1e-9)


@given(Worlds, Worlds)
def test_a_component_does_not_feel_another(world: World, strangers: World) -> None:
    """Strangers come before it by number: the same bits, for voltages and for what each account may count."""
    moved = {(a + ACCOUNTS, x + IDENTIFIERS): c for (a, x), c in world.links.items()}
    wide = World(strangers.links | moved, [*strangers.words, *world.words], 2 * IDENTIFIERS).network()
    alone = world.network()
    together, single = solve(wide, P), solve(alone, P)
    assert together[ACCOUNTS : 2 * ACCOUNTS].tobytes() == single[:ACCOUNTS].tobytes()
    counted = gather(wide, link_voltages(wide, together, P.push_eps))
    mine = gather(alone, link_voltages(alone, single, P.push_eps))
    assert counted.voltage[ACCOUNTS:].tobytes() == mine.voltage.tobytes()
    assert counted.one_hop[ACCOUNTS:].tobytes() == mine.one_hop.tobytes()


@given(Worlds, Account)
def test_what_an_account_may_count_does_not_depend_on_its_own_label(world: World, account: int) -> None:
    counted = []
    for word in (None, "fraud", "suspected", "cleared"):
        network = world.says(account, word).network()
        found = gather(network, link_voltages(network, solve(network, EXACT), 1e-9))
        counted.append((found.voltage[account], found.one_hop[account]))
    assert counted == [pytest.approx(counted[0], abs=1e-6)] * 4
