"""A whole night on a random world against plain Python and dense algebra: links, pairs, voltages, blocks, rings."""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pyarrow.parquet as pq
import pytest

from linkgraph.detect.propagation import Floats
from linkgraph.kinds import BY_NAME
from linkgraph.model import Account
from linkgraph.parameters import Parameters
from tests.golden.worlds import AS_OF, DAY, Fact, Feeds, Judged, card, crypto, feeds, label, login, night, transfer

P = Parameters()
ACCOUNTS = [f"a{number:02}" for number in range(48)]
WORDS = ("fraud", "fraud", "fraud", "suspected", "cleared", "victim")


def world(seed: int) -> Feeds:
    """Logins, cards, wallets, labels and transfers at random: pairs, rings, hubs, expired links, strangers."""
    draw = Random(seed)
    facts: list[Fact] = []
    for _ in range(70):
        one, day = draw.choice(ACCOUNTS), draw.choice([1, 5, 20, 60, 120, 400])
        facts.append(login(one, day, device_id=f"device-{draw.randrange(30)}", ip=f"203.0.113.{draw.randrange(12)}"))
    facts += [card(draw.choice(ACCOUNTS), f"card-{draw.randrange(12)}", draw.choice([2, 50, 1200])) for _ in range(20)]
    facts += [crypto(draw.choice(ACCOUNTS), f"T{draw.randrange(8)}", days_ago=number / 10) for number in range(12)]
    facts += [login(one, 2, ip="198.51.100.1") for one in ACCOUNTS[:13]]  # a hub
    for one in draw.sample(ACCOUNTS, 9):
        facts.append(label(one, draw.choice(WORDS), 30))
    for _ in range(30):
        sender, receiver = draw.sample(ACCOUNTS, 2)
        facts.append(transfer(sender, receiver, draw.choice([3, 40])))
    facts += [login(one, 3, fingerprint=f"own-{one}") for one in ACCOUNTS]
    return feeds(*facts)


@dataclass(frozen=True)
class Use:
    first: int
    last: int


Links = dict[tuple[str, str], dict[str, Use]]


def links_of(found: Feeds) -> Links:
    """Per counted identifier of two accounts or more: who used it inside its window, from when to when."""
    seen: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in found["logins"]:
        for kind, column in (("device", "device_id"), ("ip", "ip"), ("fingerprint", "fingerprint")):
            if column in row:
                seen[kind, row[column]][row["account_id"]].append(row["at"])
    for row in found["instruments"]:
        seen["card", row["token"]][row["account_id"]].append(row["at"])
    for row in found["payments"]:
        seen["wallet", row["address"]][row["account_id"]].append(row["at"])
    links: Links = {}
    for (kind, value), users in seen.items():
        alive = {one: Use(min(t), max(t)) for one, t in users.items() if max(t) >= AS_OF - BY_NAME[kind].window * DAY}
        if 2 <= len(alive) <= BY_NAME[kind].cap:
            links[kind, value] = alive
    return links


@dataclass(frozen=True)
class Case:
    facts: Feeds
    links: Links
    judged: Judged
    work: Path

    def labels(self) -> dict[str, str]:
        return {row["account_id"]: row["label"] for row in self.facts["labels"]}

    def column(self, table: str, name: str) -> Any:
        return pq.read_table(self.work / f"{table}.parquet")[name].to_numpy()


@pytest.fixture(scope="module", params=[1, 2, 3])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder, facts = tmp_path_factory.mktemp("random"), world(request.param)
    judged = night(folder, facts)
    (run,) = (folder / "home" / "runs").iterdir()
    return Case(facts, links_of(facts), judged, run / "work")


def conductance(kind: str, users: dict[str, Use], one: str) -> float:
    row, mine = BY_NAME[kind], users[one]
    c = row.strength * 2 / len(users) * 2 ** (-((AS_OF - mine.last) // DAY) / row.half_life)
    if row.lease is None:
        return c
    gaps = [
        max(0, theirs.first - mine.last - row.lease, mine.first - theirs.last - row.lease)
        for other, theirs in users.items()
        if other != one
    ]
    return c * 2 ** (-(min(gaps) / DAY) / P.gap_half_life)


def dense(case: Case, *, ips: bool = True) -> dict[str, tuple[float, float]]:
    """For every account v without its own label, and e_1, by a dense solve each."""
    things = sorted(case.links)
    n = len(ACCOUNTS)
    matrix = np.zeros((n + len(things), n + len(things)))
    for at, (kind, value) in enumerate(things):
        users = case.links[kind, value]
        for one in users:
            i = ACCOUNTS.index(one)
            matrix[i, n + at] = matrix[n + at, i] = conductance(kind, users, one)
    degree = matrix.sum(axis=1)
    if not ips:  # to ground: the diagonal keeps what the links lose
        mine = [n + at for at, (kind, _) in enumerate(things) if kind == "ip"]
        matrix[mine, :] = matrix[:, mine] = 0.0
    strength = {"fraud": P.sigma_fraud, "suspected": P.sigma_suspected}
    labels = case.labels()
    sigma = np.array([strength.get(labels[one], P.sigma_innocent) if one in labels else 0.0 for one in ACCOUNTS])
    fraud = np.array([labels.get(one) in ("fraud", "suspected") for one in ACCOUNTS], dtype=float)
    return {one: _without_own(matrix, degree, sigma, fraud, i) for i, one in enumerate(ACCOUNTS)}


def _without_own(matrix: Floats, degree: Floats, sigma: Floats, fraud: Floats, own: int) -> tuple[float, float]:
    n = len(sigma)
    ties = np.zeros(len(matrix))
    ties[:n] = sigma
    ties[own] = 0.0
    leak = P.rho * degree
    leak[:n] += P.k0
    injected = np.zeros(len(matrix))
    injected[:n] = ties[:n] * fraud
    diagonal = np.where(degree + leak + ties > 0, degree + leak + ties, 1.0)
    v = np.linalg.solve(np.diag(diagonal) - matrix, injected)
    met = matrix[own, n:] @ (matrix[n:, :n] @ fraud - matrix[n:, own] * fraud[own])
    return float(v[own]), float(met)


def test_pairs_are_those_of_plain_python(case: Case) -> None:
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (kind, _), users in case.links.items():
        for a, b in combinations(sorted(users), 2):
            shared[a, b].add(kind)
    for pair in case.judged.pairs:
        kinds = {key.partition(":")[0] for key in pair.shared} & set(BY_NAME)
        assert kinds <= shared[pair.account_a, pair.account_b]
    strong = [pair for pair, kinds in shared.items() if len({BY_NAME[kind].family for kind in kinds - {"ip"}}) > 1]
    assert all(case.judged.pair(*pair) for pair in strong)
    alone = [case.judged.pair(*pair) for pair, kinds in shared.items() if kinds == {"ip"}]
    assert all(len(pair.families) > 1 or "access" not in pair.families[0] for pair in alone if pair is not None)


def test_voltages_and_fraud_met_are_those_of_dense_algebra(case: Case) -> None:
    exact = dense(case)
    labels = case.labels()
    voltage, met = case.column("account_evidence", "voltage"), case.column("account_evidence", "one_hop")
    for i, one in enumerate(ACCOUNTS):
        error = P.push_eps * (1 + P.rho) / P.rho if one in labels else 0.0
        assert voltage[i] == pytest.approx(exact[one][0], abs=max(error, P.solve_tol))
        assert met[i] == pytest.approx(exact[one][1], abs=1e-12)


def test_without_addresses_the_same_and_never_more(case: Case) -> None:
    exact = dense(case, ips=False)
    labels = case.labels()
    whole, firm = case.column("account_evidence", "voltage"), case.column("account_evidence", "voltage_firm")
    for i, one in enumerate(ACCOUNTS):
        error = P.push_eps * (1 + P.rho) / P.rho if one in labels else 0.0
        assert firm[i] == pytest.approx(exact[one][0], abs=max(error, P.solve_tol))
        assert firm[i] <= whole[i] + error


def test_the_blocks_are_the_formulas_over_what_reaches_an_account(case: Case) -> None:
    voltage, met = case.column("account_evidence", "voltage"), case.column("account_evidence", "one_hop")
    labels = case.labels()
    money: dict[str, float] = defaultdict(float)
    for row in case.facts["transfers"]:
        if labels.get(row["from_account_id"]) == "fraud" and row["at"] >= AS_OF - 30 * DAY:
            money[row["to_account_id"]] += 2 ** (-((AS_OF - row["at"]) // DAY) / P.transfer_half_life)
    assert money
    for i, one in enumerate(ACCOUNTS):
        found = case.judged.accounts[one]
        odds = voltage[i] / (1 - voltage[i])
        assert found.propagated == pytest.approx(P.weight_propagated * math.log1p(odds / P.odds_ref))
        expected = P.weight_one_hop * math.log1p(met[i]) + P.weight_transfer * math.log1p(money[one])
        assert found.one_hop == pytest.approx(expected)
        assert found.risk == pytest.approx(1 - math.exp(-score(found)))


def score(account: Account) -> float:
    return account.behaviour + account.one_hop + account.propagated + account.ring


def test_risk_is_exactly_nothing_without_evidence_and_only_then(case: Case) -> None:
    labels = case.labels()
    joined: nx.Graph[Any] = nx.Graph()
    joined.add_nodes_from(ACCOUNTS)
    joined.add_edges_from((thing, one) for thing, users in case.links.items() for one in users)
    fraud = {one for one, word in labels.items() if word in ("fraud", "suspected")}
    assert set(case.judged.accounts) == set(ACCOUNTS)
    for one, account in case.judged.accounts.items():
        reached = bool((nx.node_connected_component(joined, one) & fraud) - {one})
        assert (account.propagated > 0) == reached
        assert (account.risk == 0) == (score(account) == 0)
        assert 0 <= account.risk < 1


def test_an_account_is_in_at_most_one_ring_of_linked_members(case: Case) -> None:
    members = [member.account_id for member in case.judged.members]
    assert members
    assert len(set(members)) == len(members)
    linked: nx.Graph[str] = nx.Graph([(pair.account_a, pair.account_b) for pair in case.judged.pairs])
    assert [group for group in case.judged.groups if not nx.is_connected(linked.subgraph(group))] == []
    assert min(len(group) for group in case.judged.groups) >= P.ring_min
    assert min(ring.score for ring in case.judged.rings) >= P.ring_threshold
    assert all(one in linked for one in members)


def test_contributions_add_up_to_the_score(case: Case) -> None:
    added: dict[str, float] = defaultdict(float)
    for share in case.judged.contributions:
        added[share.account_id] += share.log_odds
    explained = [each for each in case.judged.accounts.values() if each.flagged or each.ring_id]
    assert explained
    for account in explained:
        assert added[account.account_id] == pytest.approx(score(account), abs=1e-9)


def test_nobody_ruled_innocent_is_flagged(case: Case) -> None:
    assert not case.judged.flagged() & {one for one, word in case.labels().items() if word in ("cleared", "victim")}
