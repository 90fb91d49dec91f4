"""A town of one's own: the demo as its greeting promises it, and a conversation that outlives the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from browser_town import Town
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE = 120_000  # milliseconds; the demo says 90 s, which a busy machine must not turn into a red test
ASKED_AGAIN = 45_000  # a page that is not answered asks again every 30 s at the latest, give or take a quarter
LEASE_OVER = 60_000  # whoever was killed holds its lane for 30 s more; the next look follows within a tick
OpenChat = Callable[[str], Page]


@pytest.fixture
def open_chat(browser: Browser, own_town: Town) -> Iterator[OpenChat]:
    """Opens the chat of one's own town, for a visitor with that language."""
    contexts = []

    def opened(language: str) -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale=language, base_url=own_town.address
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/chat")
        expect(page.locator("#log .said")).to_have_count(1)
        return page

    yield opened
    for context in contexts:
        context.close()


def press(page: Page, label: str) -> None:
    """Press the button of the latest answer, once it may be pressed."""
    before = page.locator("#log .said").count()
    page.locator("#log .choices").last.get_by_role("button", name=re.compile(label)).first.click()
    expect(page.locator("#log .said").nth(before + 1)).to_be_attached()


def type_(page: Page, text: str) -> None:
    before = page.locator("#log .said").count()
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#log .said").nth(before + 1)).to_be_attached()


@pytest.fixture(scope="module")
def asked_for_all(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A chat in which tips were asked for and a seat was taken; what comes by itself comes while other tests run."""
    town = Town(tmp_path_factory.mktemp("day"))
    town.start()
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", base_url=town.address)
    try:
        page = context.new_page()
        page.goto("/chat")
        expect(page.locator("#log .said")).to_have_count(1)
        for label in ("Subscribe", "Everybody", "Agree and subscribe", "Skip"):
            press(page, label)
        for label in ("See activities", "Try me", "Sign up, 1", "Agree and sign up"):
            press(page, label)
        yield page
    finally:
        context.close()
        town.stop()


def test_a_seat_is_confirmed_at_once(asked_for_all):
    expect(asked_for_all.locator("#log")).to_contain_text("your place is kept")


def test_ctrl_c_ends_it_cleanly_though_a_page_waits(own_town, open_chat):
    own_town.start()
    open_chat("zh-CN")

    code = own_town.stop()

    assert code == 0
    assert "Traceback" not in own_town.told()


@pytest.mark.parametrize("end", [Town.stop, Town.kill], ids=["ctrl-c", "plug pulled"])
def test_what_is_sent_while_the_server_is_gone_arrives_once_when_it_is_back(own_town, open_chat, end):
    own_town.start()
    page = open_chat("zh-CN")
    for label in ("看看活动", "睡得好一点"):
        press(page, label)
    end(own_town)

    page.locator("#log .choices").last.get_by_role("button", name="报名，1人").click()
    expect(page.locator("#log .said.waiting")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("会自动再试")
    own_town.start("--keep")

    expect(page.locator("#log .said.waiting")).to_have_count(0, timeout=ASKED_AGAIN)
    press(page, "同意并报名")
    expect(page.locator("#log")).to_contain_text("报好名了", timeout=LEASE_OVER)
    expect(page.get_by_role("status")).to_be_empty(timeout=ASKED_AGAIN)
    type_(page, "我的")
    assert page.locator("#log .said").last.inner_text().count("睡得好一点") == 1


def test_a_page_of_a_town_that_was_founded_anew_starts_anew_too(own_town, open_chat):
    own_town.start()
    page = open_chat("zh-CN")
    press(page, "看看活动")
    own_town.stop()

    own_town.start()

    expect(page.locator("#log .said")).to_have_count(1, timeout=ASKED_AGAIN)
    press(page, "看看活动")
    expect(page.locator("#log .said")).to_have_count(3)


def test_reminder_and_tip_come_by_themselves_as_the_demo_promises(asked_for_all):
    log = asked_for_all.locator("#log")

    expect(log).to_contain_text("No more of these?", timeout=PATIENCE)
    expect(log).to_contain_text("A reminder: your activity is coming up.", timeout=PATIENCE)
