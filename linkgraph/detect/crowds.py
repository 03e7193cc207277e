"""Rules that learn from the ledger itself which identifiers strangers share: offices, cafes, exits, hot wallets.

A rule asks for two things: the rhythm or shape of a hub, and that its accounts are strangers, which is that nearly each
has a device that no other of them used. A ring on one address has no such devices; a ring that buys one for each member
loses one identifier to a rule, and no other. Where devices are unknown, no rule fires.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.parameters import Parameters

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Crowds:
    """One entry per identifier of many accounts; counts of accounts, -1 where a fact was not looked at.

    once: seen on one day only. elsewhere: with another address. hours: logins by hour of the day, 24 columns.
    working: logins on Monday to Friday. days: days with a login. both: accounts that it paid and that paid it.
    regular: accounts it pays month by month.
    """

    kind: NDArray[np.str_]
    accounts: Counts
    once: Counts
    with_device: Counts
    own_device: Counts
    elsewhere: Counts
    countries: Counts
    hours: NDArray[np.int64]
    working: Counts
    days: Counts
    devices: Counts
    addresses: Counts
    receivers: Counts
    payers: Counts
    both: Counts
    regular: Counts
    payments: Counts
    declined: Counts

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def logins(self) -> Counts:
        """Logins from each address."""
        logins: Counts = self.hours.sum(axis=1)
        return logins


def burst(today: Counts, total: Counts, span: Counts) -> NDArray[np.float64]:
    """How far the new accounts of today are from the usual: (a - s/t)^2 t^2 / (s (t - 1)), 0 on the first day.

    a: new today, s: new over all days, t: days (MIDAS, Bhatia et al. 2020). Chi-squared of one degree of freedom.
    """
    a, s, t = (values.astype(np.float64) for values in (today, total, span))
    spread: Mask = np.maximum(s, 1) * np.maximum(t - 1, 1)
    return np.where(t > 1, (a * t - s) ** 2 / spread, 0.0)


def strangers(crowds: Crowds, given: Parameters) -> Mask:
    """Whether nearly each account of a crowd has a device of its own."""
    apart: Mask = crowds.own_device >= given.strangers_share * crowds.accounts
    return apart


def learned(crowds: Crowds, given: Parameters) -> list[tuple[int, str, str]]:
    """(place, class, reason) of each crowd that a rule names, in the order of places; the first rule wins."""
    rules = (
        ("vpn", _exits(crowds, given), "accounts from many countries, each with a device of its own"),
        ("office", _offices(crowds, given), "used in working hours by people who also log in elsewhere"),
        ("public_place", _public(crowds, given), "over many days most accounts came on one only"),
        ("carrier_nat", _carriers(crowds, given), "many returning accounts at all hours"),
        ("hot_wallet", _hot_wallets(crowds, given), "pays some accounts and is paid by others"),
        ("payroll", _payrolls(crowds, given), "pays its accounts month by month"),
        ("test_card", _test_cards(crowds, given), "declined on nearly every use"),
        ("fingerprint_collision", _collisions(crowds, given), "one print on many devices at many addresses"),
    )
    found: dict[int, tuple[int, str, str]] = {}
    for name, mask, reason in rules:
        for place in np.flatnonzero(mask).tolist():
            found.setdefault(place, (place, name, reason))
    return [found[place] for place in sorted(found)]


def _of(crowds: Crowds, given: Parameters, *kinds: str) -> Mask:
    wanted: Mask = np.isin(crowds.kind, kinds) & strangers(crowds, given)
    return wanted


def _exits(crowds: Crowds, given: Parameters) -> Mask:
    spread: Mask = crowds.countries >= np.maximum(given.exit_countries, given.exit_share * crowds.accounts)
    return _of(crowds, given, "ip") & spread


def _offices(crowds: Crowds, given: Parameters) -> Mask:
    needed = given.office_share * crowds.logins
    rhythm: Mask = (crowds.working >= needed) & (_busiest(crowds, given) >= needed)
    offices: Mask = rhythm & _steady(crowds, given) & (2 * crowds.elsewhere >= crowds.accounts)
    return _of(crowds, given, "ip") & offices


def _busiest(crowds: Crowds, given: Parameters) -> Counts:
    """Logins within the working hours that hold most of them: an office may lie in any time zone."""
    total = np.concatenate([crowds.hours, crowds.hours[:, : given.office_hours]], axis=1).cumsum(axis=1)
    busiest: Counts = (total[:, given.office_hours :] - total[:, : -given.office_hours]).max(axis=1, initial=0)
    return busiest


def _steady(crowds: Crowds, given: Parameters) -> Mask:
    """Whether the address was in use on many days, by accounts that mostly came back."""
    steady: Mask = (crowds.days >= given.office_days) & (2 * crowds.once <= crowds.accounts)
    return steady


def _public(crowds: Crowds, given: Parameters) -> Mask:
    visited: Mask = (crowds.once >= given.visitors_share * crowds.accounts) & (crowds.days >= given.office_days)
    return _of(crowds, given, "ip") & visited


def _carriers(crowds: Crowds, given: Parameters) -> Mask:
    at_night = _busiest(crowds, given) <= given.carrier_share * crowds.logins
    many = crowds.accounts >= given.carrier_least
    return _of(crowds, given, "ip") & many & at_night & _steady(crowds, given)


def _hot_wallets(crowds: Crowds, given: Parameters) -> Mask:
    least = np.minimum(crowds.receivers, crowds.payers)
    two_way: Mask = (least >= given.crowd_least) & (2 * crowds.both <= least)
    return _of(crowds, given, "wallet") & two_way


def _payrolls(crowds: Crowds, given: Parameters) -> Mask:
    steady: Mask = (crowds.regular >= given.strangers_share * crowds.accounts) & (crowds.payers == 0)
    return _of(crowds, given, "bank") & steady


def _test_cards(crowds: Crowds, given: Parameters) -> Mask:
    tried = crowds.payments >= crowds.accounts
    return _of(crowds, given, "card") & tried & (crowds.declined >= given.declined_share * crowds.payments)


def _collisions(crowds: Crowds, given: Parameters) -> Mask:
    spread: Mask = np.minimum(crowds.devices, crowds.addresses) >= given.strangers_share * crowds.accounts
    return _of(crowds, given, "fingerprint") & spread
