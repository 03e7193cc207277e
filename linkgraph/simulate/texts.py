"""What identifiers look like: the text of each code. Distinct codes have distinct texts."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkgraph.simulate.draws import Ints, mix
from linkgraph.simulate.population import NICKNAME, WORDS, Population
from linkgraph.simulate.render import chosen, hex_text, known, numbered, text
from linkgraph.simulate.sharing import HOT_WALLETS, MEMO_WALLETS

PAYROLL_WALLETS: Final = 1 << 40  # codes from here on are the wallets employers pay from

_ONSETS: Final = (*"bdfghklmnprstvz", "br", "dr", "gr", "kr", "pl", "tr", "st", "sk")
_NUCLEI: Final = (*"aeiou", "ai", "ei", "ou")
_SYLLABLES: Final = tuple(onset + nucleus for onset in _ONSETS for nucleus in _NUCLEI)
_CHAINS: Final = ("ethereum", "polygon", "arbitrum", "xrp")
_MAIL_HOSTS = 12
_SPREAD_WORDS = 0x9E3779B1  # odd, so that no two words fall together
_NINE_DIGITS = 10**9


def device(codes: Ints) -> pa.Array:
    """Hardware ids, 32 characters."""
    return hex_text("", codes, 31, 32)


def fingerprint(codes: Ints) -> pa.Array:
    """Browser or phone fingerprints, 26 characters."""
    return hex_text("fp", codes, 33, 24)


def instrument(codes: Ints, is_card: bool) -> pa.Array:
    """Tokens of cards or of bank accounts."""
    return hex_text("tok_", codes, 35, 20) if is_card else hex_text("bank_", codes, 37, 20)


def payer(codes: Ints) -> pa.Array:
    """Accounts that P2P buyers pay from."""
    return hex_text("acct_", codes, 39, 18)


def phone(codes: Ints) -> pa.Array:
    """Phone numbers of eleven digits."""
    return numbered("+49", (codes * 387_420_489 + 12_345_678) % _NINE_DIGITS, 9)


def document(codes: Ints) -> pa.Array:
    """Numbers of papers."""
    return pc.utf8_upper(hex_text("D", codes, 41, 12))


def proof(codes: Ints) -> tuple[pa.Array, pa.Array]:
    """Exact and perceptual hash of a proof of payment."""
    return hex_text("", codes, 43, 64), hex_text("", codes, 45, 16)


def wallet(codes: Ints) -> tuple[pa.Array, pa.Array]:
    """Chain and address of a wallet; null for negative codes."""
    memo = (codes >= 0) & (codes < MEMO_WALLETS)
    chain = np.where(memo, 3, np.where(codes < HOT_WALLETS, 0, (mix(codes, 46) % np.uint64(3)).astype(np.int64)))
    address = pc.if_else(pa.array(memo), hex_text("r", codes, 47, 33), hex_text("0x", codes, 49, 40))
    return chosen(_CHAINS, np.where(codes < 0, -1, chain)), known(address, codes >= 0)


def surname(numbers: Ints) -> pa.Array:
    """Made-up surnames of three syllables."""
    return _capital(numbers * 7, 3)


def given_name(numbers: Ints) -> pa.Array:
    """Made-up given names of two syllables."""
    return _capital(numbers * 11, 2)


def full_name(people: Population, accounts: Ints) -> pa.Array:
    """Name on the identity papers of each account."""
    return text(given_name(people.given[accounts]), " ", surname(people.surname[accounts]))


def email(people: Population, accounts: Ints, part: int) -> pa.Array:
    """One address per account: of its name, or a word, and perhaps a number. part: of the world; it has own hosts."""
    style, word, number = (column[accounts] for column in (people.mail.style, people.mail.word, people.mail.number))
    given, family = given_name(people.given[accounts]), surname(people.surname[accounts])
    named = pc.if_else(pa.array(style == 0), text(given, ".", family), text(family, "_", given))
    scrambled = (word * _SPREAD_WORDS) % (2 * WORDS)
    local = pc.utf8_lower(pc.if_else(pa.array(style == NICKNAME), _capital(scrambled, 4), named))
    digits = pc.if_else(pa.array(number < 0), "", pa.array(number).cast(pa.string()))
    host = pa.array(np.where(word < WORDS, accounts * 7, word) % _MAIL_HOSTS + part * _MAIL_HOSTS).cast(pa.string())
    return text(local, digits, "@mail", host, ".example")


def postal_address(homes: Ints) -> pa.Array:
    """Address of a home: number, street, post code, town."""
    scrambled = (mix(homes, 52) >> np.uint64(20)).astype(np.int64)
    street, town = _capital(scrambled % 40_000, 3), _capital(scrambled // 40_000 % 3_000, 2)
    number = pa.array(scrambled % 211 + 1).cast(pa.string())
    return text(number, " ", street, " Street, ", numbered("", scrambled % 99_991, 5), " ", town)


def _capital(numbers: Ints, syllables: int) -> pa.Array:
    pool = pa.array(_SYLLABLES)
    base = len(_SYLLABLES)
    parts = [pool.take(pa.array(numbers // base**i % base)) for i in range(syllables)]
    return pc.utf8_capitalize(text(*parts))
