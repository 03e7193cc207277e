"""The typologies of fraud by their stable keys (`labels.typology`): risk channel, and the role of who commits it.

A key that is not in the table is counted in the channel `other`, with the role of a perpetrator.
"""

from dataclasses import dataclass

CHANNELS: tuple[str, ...] = ("card", "takeover", "mule", "abuse", "sanctions", "other")


@dataclass(frozen=True, slots=True)
class Typology:
    """One sort of fraud."""

    key: str
    channel: str
    role: str = "perpetrator"


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("stolen_card_ring", "card"),
    Typology("friendly_fraud", "card"),
    Typology("card_testing", "card"),
    Typology("serial_disputer", "card"),
    Typology("account_takeover", "takeover"),
    Typology("losing_trade_transfer", "takeover"),
    Typology("rented_kyc", "mule", "mule"),
    Typology("mule_pass_through", "mule", "mule"),
    Typology("registration_farm", "abuse"),
    Typology("bonus_abuse", "abuse"),
    Typology("wash_trading", "abuse"),
    Typology("tainted_exposure", "sanctions"),
    Typology("p2p_fake_payment", "other"),
    Typology("p2p_triangulation", "other"),
    Typology("reversal_after_release", "other"),
    Typology("shared_wallet", "other"),
    Typology("structuring", "other"),
)

_BY_KEY = {typology.key: typology for typology in TYPOLOGIES}


def channel_of(typology: str | None, label: str) -> str:
    """The channel of a seed: its typology's; a chargeback without one is the card's."""
    if typology in _BY_KEY:
        return _BY_KEY[typology].channel
    return "card" if label == "chargeback" else "other"


def role_of(typology: str | None) -> str:
    """The role of an account confirmed as committing it."""
    return _BY_KEY[typology].role if typology in _BY_KEY else "perpetrator"
