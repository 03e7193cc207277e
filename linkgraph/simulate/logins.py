"""The `logins` feed: device, fingerprint and address of every session."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Bools, Ints, fractions, mix, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.places import AWAY, HOME, Visits, addresses, choose
from linkgraph.simulate.render import chosen, instants
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import ACCOUNTS_PER_PART, INTRUSIONS, is_intrusion, turns

_KINDS: Final = ("login", "signup", "kyc")
_RESULTS: Final = ("success", "failure")
_CHANGES: Final = ("password", "two_factor", "email", "phone", "limit", "api_key")
_SYSTEMS: Final = ("Android", "iOS", "Windows", "macOS", "Linux")
_AGENTS: Final = tuple(f"Client/{major}.{minor} ({s})" for major in (4, 5, 6) for minor in (0, 1) for s in _SYSTEMS)
_CHANGE_RATE = 0.015
_FAILURE_RATE = 0.03


def logins(scene: Scene) -> Iterator[pa.Table]:
    """The feed, a range of accounts at a time, by time inside it."""
    prints = _fingerprints(scene)
    for part in parts(len(scene.people), ACCOUNTS_PER_PART):
        yield _login_part(scene, part, prints)


def _login_part(scene: Scene, part: slice, prints: Ints) -> pa.Table:
    people, rng = scene.people, stream(scene.world, "logins", part.start)
    owner, turn = turns(scene.sessions.start, part)
    order = np.argsort(scene.sessions.at[_span(scene, part)], kind="stable")
    owner, turn = owner[order], turn[order]
    session = scene.sessions.start[owner] + turn
    taken = is_intrusion(people, scene.sessions.start, owner, turn)
    actor = np.where(taken, people.intruder[owner], owner)
    device = _device(scene, rng, (actor, turn, taken), scene.sessions.at[session])
    place, number = _in_rounds(scene, owner, turn, _where(scene, rng, actor, np.where(taken, 0, turn)))
    visits = Visits(place, number, device, scene.sessions.at[session])
    address, operator = addresses(scene.world, people, visits)
    columns = {
        "account_id": scene.account_ids(owner),
        "at": instants(visits.at),
        "session_id": scene.numbered("S", session),
        "device_id": texts.device(device),
        "fingerprint": texts.fingerprint(prints[device - scene.world.part.code(24)]),
        "ip": address,
        "user_agent": chosen(_AGENTS, (mix(device, 61) % np.uint64(len(_AGENTS))).astype(np.int64)),
        "asn": operator,
    }
    return table("logins", columns | _outcome(scene, rng, owner, turn, taken))


def _span(scene: Scene, part: slice) -> slice:
    return slice(int(scene.sessions.start[part.start]), int(scene.sessions.start[part.stop]))


def _fingerprints(scene: Scene) -> Ints:
    """Fingerprint code of each device code; devices of a popular model look alike."""
    first = scene.world.part.code(24)
    count = int(scene.holdings["device"].code.max()) + 1 - first
    rng = stream(scene.world, "fingerprints")
    popular = rng.random(count) < scene.world.popular_model_share
    models = max(1, int(popular.sum()) // scene.world.devices_per_model)
    model = (models * rng.random(count) ** 1.3).astype(np.int64)  # some models sell better
    return first + np.where(popular, model, models + np.arange(count))


def _device(scene: Scene, rng: np.random.Generator, who: tuple[Ints, Ints, Bools], at: Ints) -> Ints:
    """Device of each session. Each device is used once, then mostly the first; by fraudsters mostly the last.

    An account's own devices come first and the shared ones last, so that a family's tablet is a minor device and a
    ring's a major one. who: actor and number of each session, and whether an intruder's.
    """
    devices, (actor, turn, taken) = scene.holdings["device"], who
    count = devices.counts()[actor]
    minor = (count * rng.random(len(actor)) ** 2).astype(np.int64)
    habit = np.where(scene.people.bad[actor], count - 1 - minor, minor)
    index = np.where(taken, count - 1, np.where(turn < count, turn, habit))
    device = devices.code[devices.start[actor] + index]
    return np.where(scene.people.having("hands_on")[actor], _handed_on(scene, actor, at), device)


def _handed_on(scene: Scene, actor: Ints, at: Ints) -> Ints:
    """Devices where each neighbouring pair of a group shares one that was sold: the buyer's after the sale only."""
    devices, groups = scene.holdings["device"], scene.people.groups
    place, group = scene.people.places()[actor], scene.people.group[actor]
    gives = place < np.append(groups.size, 1)[group] - 1
    end = devices.start[actor + 1]
    given = devices.code[end - 1]  # to the next member; the last one gives nothing away
    got = devices.code[np.maximum(end - 1 - gives, 0)]
    opened = scene.people.all_open()[group]
    rest = scene.world.end - opened
    has_got = (place > 0) & (at > opened + (rest * fractions(scene.world, got, 62)).astype(np.int64))
    has_still = gives & (at < opened + (rest * fractions(scene.world, given, 62)).astype(np.int64))
    return np.where(has_still, given, np.where(has_got, got, devices.code[devices.start[actor]]))


def _where(scene: Scene, rng: np.random.Generator, actor: Ints, turn: Ints) -> tuple[Ints, Ints]:
    """Place and number of each session, if it is nothing but its actor's own."""
    people = scene.people
    carrier, cafe, vpn = (crowd.address[actor] for crowd in (scene.crowds.carrier, scene.crowds.cafe, scene.crowds.vpn))
    away = rng.integers(0, len(people), len(actor))
    first = scene.world.part.first
    homes, works = people.home[actor] + first, people.work[actor] + first
    numbers = np.stack([homes, works, carrier, cafe, vpn, away + first])
    place = choose(rng, (people.work[actor] >= 0, carrier >= 0, cafe >= 0, vpn >= 0), turn)
    number = numbers[place, np.arange(len(actor))]
    return np.where(place == AWAY, HOME, place), number


def _in_rounds(scene: Scene, owner: Ints, turn: Ints, usual: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Place and number of each session, where some are visits of a round."""
    rounds, visit = scene.sessions.rounds, scene.sessions.visit(scene.people, owner, turn)
    place = np.append(rounds.place, -1)[visit]  # the last entry stands for sessions of no round
    number = np.append(rounds.number, -1)[visit]
    return np.where(place >= 0, place, usual[0]), np.where(place >= 0, number, usual[1])


def _outcome(scene: Scene, rng: np.random.Generator, owner: Ints, turn: Ints, taken: Bools) -> dict[str, pa.Array]:
    """Kind, result and change of each session; intruders change the password, then the second factor."""
    failed = (rng.random(len(owner)) < _FAILURE_RATE) & (turn > 0) & ~taken
    change = np.where(rng.random(len(owner)) < _CHANGE_RATE, rng.integers(0, len(_CHANGES), len(owner)), -1)
    own = np.diff(scene.sessions.start)[owner] - INTRUSIONS
    change = np.where(taken, turn - own, np.where(failed | (turn == 0), -1, change))
    return {
        "kind": chosen(_KINDS, np.where(turn == 0, 1, np.where(turn == 1, 2, 0))),
        "result": chosen(_RESULTS, failed.astype(np.int64)),
        "security_change": chosen(_CHANGES, change),
    }
