"""Addresses made alike: a farm counts its mailboxes up over several hosts; namesakes have nothing else in common."""

import pytest

from tests.golden.worlds import Judged, account, feeds, login, night

FARM = ("farm-1", "farm-2")
NAMESAKES = ("name-1", "name-2")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        account("farm-1", email="lunar.wolf01@mail.example"),
        account("farm-2", email="lunarwolf.02+x@post.example"),
        *[login(one, fingerprint="one-browser") for one in FARM],
        account("name-1", email="maria.fernandez@mail.example"),
        account("name-2", email="mariafernandez7@mail.example"),
        *[account(f"desk-{n}", email=f"info@company-{n}.example") for n in range(2)],
        *[login(f"desk-{n}", fingerprint="one-model") for n in range(2)],
    )
    return night(tmp_path_factory.mktemp("stems"), world)


def test_alike_addresses_and_one_browser_link(judged: Judged) -> None:
    pair = judged.pair(*FARM)
    assert pair is not None
    assert [family.partition("=")[0] for family in pair.families] == ["access", "stem"]


def test_namesakes_are_not_linked_by_their_name(judged: Judged) -> None:
    assert judged.identifier("name-1", "stem").degree == 2
    assert judged.pair(*NAMESAKES) is None


def test_mailboxes_of_offices_have_no_stem(judged: Judged) -> None:
    assert [each.kind for each in judged.used["desk-0"]].count("stem") == 0
    assert judged.pair("desk-0", "desk-1") is None
