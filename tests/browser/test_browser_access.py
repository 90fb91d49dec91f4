"""For everybody: axe finds nothing, targets are large, text reflows, a keyboard is enough."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOCUS_IS_CLEAR = """() => {
    const [guard, foot] = ["guard", "say"].map((id) => document.getElementById(id).getBoundingClientRect());
    const one = document.activeElement, box = one.getBoundingClientRect();
    return !one.closest("#log") || one.id === "log" || (box.top >= guard.bottom && box.bottom <= foot.top);
}"""
VIEWS = [("zh-CN", 0), ("zh-CN", 1), ("en-GB", 0), ("en-GB", 1)]


def settled(page: Page, large: int) -> Page:
    """The page at the chosen size, and a chat with a conversation in it."""
    if large:
        page.get_by_role("link", name=re.compile("长辈版|Large")).click()
        expect(page.locator("html.large")).to_be_attached()
    if "/chat" in page.url:
        expect(page.locator("#log .choices").first).to_be_visible()
        page.locator("#text").fill(
            "我不想活了" if page.locator("html").get_attribute("lang") == "zh-CN" else "activities"
        )
        page.keyboard.press("Enter")
        expect(page.locator("#log .said.you")).to_have_count(1)
        expect(page.locator("#log .said")).to_have_count(3)
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    return page


def one_activity(page: Page) -> Page:
    page.goto("/")
    page.locator(".card").nth(1).click()
    expect(page.locator("article h1")).to_be_visible()
    return page


@pytest.mark.parametrize(("language", "large"), VIEWS)
@pytest.mark.parametrize("path", ["/", "/a", "/chat", "/leave", "/nowhere"])
def test_axe_finds_nothing(open_page, path, language, large):
    page = open_page(path if path != "/a" else "/", language)
    if path == "/a":
        one_activity(page)
    settled(page, large if path != "/leave" else 0)

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})

    told = [
        f"{one['id']}: {one['help']}: {node['html']}" for one in found.response["violations"] for node in one["nodes"]
    ]
    assert told == []


@pytest.mark.parametrize(("large", "least"), [(0, 44), (1, 60)])
@pytest.mark.parametrize("path", ["/", "/a", "/chat"])
def test_what_is_pressed_is_large_enough(open_page, path, large, least):
    page = open_page(path if path != "/a" else "/")
    if path == "/a":
        one_activity(page)
    settled(page, large)

    small = [
        target.inner_text()
        for target in page.locator("button, a.button, a.card, .bar a, textarea").all()
        if (box := target.bounding_box())
        and min(box["height"], box["width"]) < least - 0.5
        and not (min(box["height"], box["width"]) == box["width"] and target.evaluate("one => one.matches('.bar a')"))
    ]

    assert small == []


@pytest.mark.parametrize(("large", "least"), [(0, 16), (1, 18 * 4 / 3 * 0.9)])
def test_what_is_read_is_large_enough(open_page, large, least):
    page = settled(open_page(), large)

    size = page.locator("#log .text").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    leading = page.locator("#log .text").first.evaluate("one => parseFloat(getComputedStyle(one).lineHeight)")

    assert size >= least
    assert leading >= 1.3 * size


@pytest.mark.parametrize(("language", "large"), VIEWS)
@pytest.mark.parametrize("path", ["/", "/a", "/chat", "/leave"])
def test_nothing_is_cut_off_or_scrolls_sideways_at_320_pixels(open_page, path, language, large):
    page = open_page(path if path != "/a" else "/", language, (320, 568))
    if path == "/a":
        one_activity(page)
    settled(page, large if path != "/leave" else 0)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if path == "/chat":
        expect(page.get_by_role("button", name=re.compile("快速离开|Leave quickly"))).to_be_in_viewport(ratio=1)
        room = page.evaluate(
            "document.getElementById('say').getBoundingClientRect().top - document.getElementById('guard').offsetHeight"
        )
        assert room >= 568 / 2 - 20  # half the screen is for reading


def test_the_page_works_at_twice_the_size(open_page):
    page = open_page(size=(640, 512))  # what 1280 × 1024 is at 200 %

    settled(page, 1)

    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    expect(page.get_by_role("button", name="发送")).to_be_in_viewport(ratio=1)


def test_a_keyboard_is_enough(open_page):
    page = open_page()
    expect(page.locator("#log .choices:not([inert])").first).to_be_visible()

    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        if "看看活动" in seen[-1].splitlines()[:1]:
            break
    page.keyboard.press("Enter")

    expect(page.locator("#log .said")).to_have_count(3)
    assert seen[0] == "跳到正文"
    assert "快速离开" in seen


def test_the_focus_never_hides_behind_what_sticks_to_the_edges(open_page):
    page = open_page(size=(390, 600))
    page.locator("#text").fill("活动")
    page.keyboard.press("Enter")
    expect(page.locator("#log .said")).to_have_count(3)
    expect(page.locator("#log .choices[inert]")).to_have_count(0)

    seen = []
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        page.wait_for_function(FOCUS_IS_CLEAR)
        seen.append(page.evaluate("document.activeElement.innerText"))

    assert "6 再看几个" in seen
    assert "12356" in seen


def test_history_is_not_read_out_and_news_is(open_page):
    page = open_page()
    expect(page.locator("#log .said")).to_have_count(1)

    log = page.get_by_role("log")

    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-label", "对话")
    expect(page.get_by_role("status")).to_be_attached()
