"""The feeds about accounts themselves: `accounts`, `observations`, `balances`, `bonuses`, `staff_access`."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Ints, fractions, mix, pick, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.payments import CURRENCIES
from linkgraph.simulate.population import COUNTRIES, Population
from linkgraph.simulate.render import chosen, constant, instants, money, numbered
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import takeover_times

_HOUR = 3_600
_DAY = 24 * _HOUR
_REFERRED = 0.08
_NAMES_REFERRER = 0.92  # of those whom a group's member brought
_SUB_ACCOUNTS = 0.01  # of those outside groups, where the parent is outside as well
_HOLDING = 0.4  # accounts with a balance on the last days
_WELCOMED = 0.25
_READ_BY_STAFF = 0.005
_TOLD = 0.2  # intruders whom somebody of the staff helps
_STATUSES: Final = ("active", "restricted", "closed")
_CAMPAIGNS: Final = ("welcome", "refer_a_friend", "first_trade")
_OWN_PAPERS = 1 << 43  # codes from here on are papers of one account
_SECOND_PHONES = 500_000_000  # phone codes from here on are second numbers; below, the one given at sign-up


def account_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `accounts` feed, in order of account id."""
    referrer = _referrers(scene)
    papers = _papers(scene)
    for part in parts(len(scene.people)):
        accounts = np.arange(part.start, part.stop, dtype=np.int64)
        columns = {"referrer_id": scene.account_ids(referrer[part]), "document": texts.document(papers[part])}
        yield table("accounts", _person(scene, accounts) | columns)


def _person(scene: Scene, accounts: Ints) -> dict[str, pa.Array]:
    people = scene.people
    status = np.searchsorted(np.array([0.96, 0.98]), fractions(scene.world, accounts, 91))
    return {
        "account_id": scene.account_ids(accounts),
        "created_at": instants(people.created[accounts]),
        "country": chosen(COUNTRIES, people.country[accounts]),
        "kyc_level": pa.array(1 + (3 * fractions(scene.world, accounts, 92)).astype(np.int32), pa.int32()),
        "kyc_name": texts.full_name(people, accounts),
        "birth_year": pa.array(people.birth_year[accounts].astype(np.int32)),
        "postal_address": texts.postal_address(_residence(people, accounts) + scene.world.part.first),
        "email": texts.email(people, accounts, scene.world.part.number),
        "phone": texts.phone(accounts + scene.world.part.first),
        "parent_account_id": scene.account_ids(_parents(scene, accounts)),
        "status": chosen(_STATUSES, status),
    }


def _residence(people: Population, accounts: Ints) -> Ints:
    """Home that an account declares: families tell the truth, rings that work from one place do not."""
    return np.where(people.bad[accounts], accounts, people.home[accounts])


def _parents(scene: Scene, accounts: Ints) -> Ints:
    """Account of which each is a declared sub-account, -1 for none: of some stranger, or of its group's first."""
    people, groups = scene.people, scene.people.groups
    parent = (mix(accounts, 93) % np.uint64(len(people))).astype(np.int64)
    outside = (people.group[accounts] < 0) & (people.group[parent] < 0)
    declared = outside & (fractions(scene.world, accounts, 94) < _SUB_ACCOUNTS)
    by_chance = np.where(declared & (parent != accounts), parent, -1)
    first = np.append(np.where(groups.sharing("parent"), groups.first(), -1), -1)[people.group[accounts]]
    return np.where((first >= 0) & (first != accounts), first, by_chance)


def _referrers(scene: Scene) -> Ints:
    """Who brought each account, -1 for nobody; in some groups the first member brought all, or each the next."""
    people, groups = scene.people, scene.people.groups
    rng = stream(scene.world, "referrers")
    by_chance = rng.integers(0, len(people), len(people))
    kept = (rng.random(len(people)) < _REFERRED) & (people.created[by_chance] < people.created)
    referrer = np.where(kept, by_chance, -1)
    pattern = groups.pattern("referral", ("star", "chain"))[groups.of]
    brought = (pattern >= 0) & (groups.rank > 0) & (rng.random(len(groups.of)) < _NAMES_REFERRER)
    before = np.where(pattern == 1, np.roll(groups.members, 1), groups.first()[groups.of])
    referrer[groups.members[brought]] = before[brought]
    return referrer


def _papers(scene: Scene) -> Ints:
    """Document of each account: its own, unless its ring shares papers."""
    held = scene.holdings["document"]
    own = np.arange(len(scene.people), dtype=np.int64) + _OWN_PAPERS + scene.world.part.first
    return np.where(held.counts() > 0, held.last(), own)


def observation_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `observations` feed: second phone numbers, given for recovery in some session."""
    held, rng = scene.holdings["phone"], stream(scene.world, "observations")
    session = scene.sessions.draw(scene.people, held.account, rng.random(len(held)))
    count = rng.integers(1, 4, len(held)).astype(np.int32)
    order = np.argsort(scene.sessions.at[session], kind="stable")
    for part in parts(len(held)):
        some = order[part]
        columns = {
            "account_id": scene.account_ids(held.account[some]),
            "kind": constant("phone", len(some)),
            "identifier": texts.phone(held.code[some] + _SECOND_PHONES),
            "at": instants(scene.sessions.at[session[some]]),
            "session_id": scene.numbered("S", session[some]),
            "count": pa.array(count[some]),
        }
        yield table("observations", columns)


def balance_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `balances` feed: one snapshot, on the last day, of the accounts that hold something."""
    rng, world = stream(scene.world, "balances"), scene.world
    account = np.flatnonzero(rng.random(len(scene.people)) < _HOLDING)
    at = world.end - rng.integers(0, _DAY, len(account))
    cents = rng.lognormal(8.5, 2.0, len(account)).astype(np.int64)
    locked = rng.random(len(account)) < 0.1
    currency = pick(rng, [3.0, 1, 2, 4, 1], len(account))
    for part in parts(len(account)):
        columns = {
            "account_id": scene.account_ids(account[part]),
            "at": instants(at[part]),
            "currency": chosen(CURRENCIES, currency[part]),
            "amount": money(cents[part]),
            "withdrawable_at": instants(at[part] + 2 * _DAY, locked[part]),
        }
        yield table("balances", columns)


def bonus_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `bonuses` feed: soon after sign-up, to some customers and to every account of a ring that hunts them."""
    people, rng = scene.people, stream(scene.world, "bonuses")
    hunted = people.having("bonus")
    account = np.flatnonzero((rng.random(len(people)) < _WELCOMED) | hunted)
    at = people.created[account] + rng.integers(_HOUR, 20 * _HOUR, len(account))
    campaign = rng.integers(0, len(_CAMPAIGNS), len(account))
    order = np.argsort(at, kind="stable")
    for part in parts(len(account)):
        some = order[part]
        columns = {
            "account_id": scene.account_ids(account[some]),
            "at": instants(at[some]),
            "campaign": chosen(_CAMPAIGNS, campaign[some]),
            "amount": money(1_000 + 500 * campaign[some]),
            "currency": constant("USDT", len(some)),
        }
        yield table("bonuses", columns)


def staff_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `staff_access` feed: staff reads accounts, nearly always for a case, above all those taken over."""
    people, rng, world = scene.people, stream(scene.world, "staff"), scene.world
    read = (rng.random(len(people)) < _READ_BY_STAFF) | ((people.intruder >= 0) & (rng.random(len(people)) < 0.6))
    account = np.flatnonzero(read)
    begin = np.where(people.intruder[account] >= 0, takeover_times(world, people)[account], people.created[account])
    at = begin + ((world.end - begin) * rng.random(len(account))).astype(np.int64)
    staff = rng.integers(1, 9 + len(people) // 5_000, len(account))
    case = np.where(rng.random(len(account)) < 0.97, rng.permutation(len(account)), -1)
    helped, moment, helper = _insiders(scene, rng)
    account, at, staff = np.append(account, helped), np.append(at, moment), np.append(staff, helper)
    case = np.append(case, np.full(len(helped), -1))
    order = np.argsort(at, kind="stable")
    account, at, staff, case = account[order], at[order], staff[order], case[order]
    columns = {
        "staff_id": numbered("E", staff, 5),
        "account_id": scene.account_ids(account),
        "at": instants(at),
        "case_id": scene.numbered("K", case),
    }
    yield table("staff_access", columns)


def _insiders(scene: Scene, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Accounts of which one of the staff reads, without a case, shortly before an intruder comes; when, and who."""
    people, world = scene.people, scene.world
    told = (people.intruder >= 0) & (fractions(world, people.intruder, 95) < _TOLD)
    account = np.flatnonzero(told)
    before = rng.integers(_HOUR, 3 * _DAY, len(account))
    at = np.maximum(takeover_times(world, people)[account] - before, people.created[account])
    return account, at, 1 + (3 * fractions(world, people.intruder[account], 96)).astype(np.int64)
