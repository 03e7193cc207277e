"""The kit in the real Neo4j Browser, in a real Chromium: log in, open a guide, run a block, see the picture."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from linkgraph.kit import style
from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.neo4j, pytest.mark.slow]

PERPETRATOR, RING, DEVICE = "#C0392B", "#5B2C6F", "#4C8EDA"


def test_after_a_login_the_style_is_loaded_and_the_start_guide_is_open(page: Page, served: Served) -> None:
    with page.expect_response("**/style.grass") as answered:
        _log_in(page, served, served.browser_url)
    assert answered.value.text() == style.text()
    expect(_guide(page)).to_contain_text("Accounts and what they share")


def test_a_deep_link_opens_a_ring_whose_blocks_draw_it(page: Page, served: Served, pictures: Path) -> None:
    _log_in(page, served, served.browser_url)
    page.goto(served.link("rings", "r1"))
    expect(_guide(page)).to_contain_text("Three accounts on one device.")
    _run(page, 0)
    expect(page.get_by_test_id("rawParamData").first).to_contain_text('"ring_id": "r1"')
    page.get_by_test_id("guideNextSlide").click()
    _run(page, 0)
    drawn = _drawn(page)
    expect(drawn).to_have_count(6)  # the ring, its three members, a device and a card
    captions = [" ".join(text.split()) for text in drawn.all_text_contents()]
    assert sorted(captions) == ["3 accounts", "a1", "a2", "a3", "card of 2", "device of 3"]
    assert {PERPETRATOR, RING, DEVICE} <= _colours(page)
    # What was asked for and nothing else: memberships and uses.
    expect(page.locator("svg g.relationship")).to_have_count(8)
    _keep(page, pictures / "ring-guide.png")


def test_a_deep_link_opens_an_account_and_what_it_used(page: Page, served: Served, pictures: Path) -> None:
    _log_in(page, served, served.browser_url)
    page.goto(served.link("accounts", "a1"))
    expect(_guide(page)).to_contain_text("Shares a device with 2 accounts.")
    _run(page, 0)
    page.get_by_test_id("pagination-3").click()
    _run(page, 2)
    expect(_drawn(page).filter(has_text="a1")).to_have_count(1)
    expect(_drawn(page).filter(has_text="device")).to_have_count(1)
    assert {PERPETRATOR, DEVICE} <= _colours(page)
    _keep(page, pictures / "account-guide.png")


def test_a_deep_link_lasts_through_the_login(page: Page, served: Served) -> None:
    _log_in(page, served, served.link("accounts", "a1"))
    expect(_guide(page)).to_contain_text("Shares a device with 2 accounts.")


def _log_in(page: Page, served: Served, address: str) -> None:
    page.goto(address)
    page.get_by_test_id("username").fill("neo4j")
    page.get_by_test_id("password").fill(served.server.address.password)
    page.get_by_test_id("connect").click()
    expect(page.get_by_text("You are connected as user")).to_be_visible()
    _connected(page)
    page.wait_for_timeout(1_500)  # by then it has put down who is logged in, for pages that are opened next


def _connected(page: Page) -> None:
    expect(page.get_by_test_id("activeEditor")).to_contain_text("neo4j$")


def _guide(page: Page) -> Locator:
    return page.get_by_test_id("guidesDrawer")


def _run(page: Page, number: int) -> None:
    """Click a block of the slide that is shown, which puts it into the editor, and run it."""
    _connected(page)
    before = page.get_by_test_id("frame").count()
    _guide(page).locator("pre.runnable").nth(number).click()
    page.get_by_test_id("editor-Run").click()
    expect(page.get_by_test_id("frame")).to_have_count(before + 1)


def _drawn(page: Page) -> Locator:
    return page.locator("svg g.node")


def _colours(page: Page) -> set[str]:
    fills = [each.get_attribute("fill") for each in page.locator("svg g.node circle.b-outline").all()]
    return {fill for fill in fills if fill}


def _keep(page: Page, path: Path) -> None:
    # Not by the mouse, which would scroll.
    page.get_by_label("Collapse the node properties display").first.dispatch_event("click")
    page.wait_for_timeout(1_000)
    page.get_by_label("zoom-to-fit").first.dispatch_event("click")
    page.wait_for_timeout(1_500)  # until what is drawn has come to rest
    page.screenshot(path=path)
