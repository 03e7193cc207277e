"""Reasons to doubt from what is known of the people behind accounts: homes, names, years as a customer."""

from collections.abc import Sequence

from linkgraph.explain.clearing import Clearing
from linkgraph.explain.explanation import Doubt, PairReasons
from linkgraph.solved import Solved

_YEAR = 365 * 86_400
# A starting value: nobody has measured from how many years on a history says anything.
LONG_YEARS = 2


def of_pair(net: Solved, account_id: str, other_id: str) -> list[Doubt]:
    """One home on record, as of a household; or other names and other homes."""
    one, other = net.account_ids.place(account_id), net.account_ids.place(other_id)
    if one is None or other is None:
        return []
    homes, names = (int(net.home[one]), int(net.home[other])), (int(net.surname[one]), int(net.surname[other]))
    if min(homes) >= 0 and homes[0] == homes[1]:
        return [Doubt("household", "they have one postal address, as the people of a household", other_id)]
    if min(*homes, *names) >= 0 and names[0] != names[1]:
        return [Doubt("kyc_differs", "their names and postal addresses on record differ", other_id)]
    return []


def of_account(
    net: Solved, account_id: str, pairs: Sequence[PairReasons], clearing: Clearing | None, as_of: int
) -> list[Doubt]:
    """What all its pairs say of homes, its years as a customer, and whether the flag hangs on one identifier."""
    found = []
    codes = [{doubt.code for doubt in pair.doubts} for pair in pairs]
    if codes and all("household" in each for each in codes):
        found.append(Doubt("household", "Everybody it is linked with has its postal address"))
    if codes and all("kyc_differs" in each for each in codes):
        found.append(Doubt("kyc_differs", "Everybody it is linked with has another name and another postal address"))
    place = net.account_ids.place(account_id)
    years = (as_of - int(net.opened[place])) // _YEAR if place is not None and net.opened[place] >= 0 else 0
    if place is not None and years >= LONG_YEARS and net.sigma[place] == 0:
        checked = ", its holder well checked" if net.checked[place] else ""
        found.append(Doubt("long_history", f"A customer for {years} years without a ruling against it{checked}"))
    if clearing is not None and clearing.fragility == 1:
        found.append(
            Doubt("rests_on_one", "It would not be flagged without a single identifier", clearing.identifiers[0])
        )
    return found
