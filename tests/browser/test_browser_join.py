"""Signing up on the page as somebody with a small telephone does it: two taps, then the chat knows them."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

SMALL = (360, 740)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [("zh-CN", 0), ("zh-CN", 1), ("en-GB", 0), ("en-GB", 1)]
TAI_CHI = "清早太极"


def form_of(page: Page, title: str = TAI_CHI) -> Page:
    """Tap 1."""
    page.goto("/")
    page.locator("a.card", has_text=title).click()
    page.locator("a.button.wide").click()
    expect(page.locator("#nickname")).to_be_visible()
    return page


def sign_up(page: Page) -> Page:
    """Tap 2."""
    page.locator("form.sheet button").click()
    page.wait_for_url(re.compile("/mine"))
    return page


def test_two_taps_give_a_seat_and_the_chat_of_the_same_browser_confirms_it(open_page):
    page = form_of(open_page("/", size=SMALL))
    page.get_by_label("2人").check()
    page.get_by_label("怎么称呼您").fill("小雨")

    sign_up(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("给您留好位子了")
    expect(page.get_by_role("status")).to_contain_text("共2人")
    page.get_by_role("link", name="打开聊天看消息").click()
    expect(page.locator("#log")).to_contain_text("报好名了")
    expect(page.locator("#log")).to_contain_text(TAI_CHI)


def test_whoever_comes_back_finds_their_place_and_gives_it_back(open_page):
    page = sign_up(form_of(open_page("/", size=SMALL)))
    page.goto("/")
    page.locator("a.card", has_text=TAI_CHI).click()

    page.get_by_role("link", name="看我的报名").click()
    page.get_by_role("link", name="来不了，取消报名").click()
    page.get_by_role("button", name="取消报名").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("已经取消了")
    page.goto("/a/" + page.url.split("/")[-2])
    expect(page.get_by_text("您已经报了名")).to_have_count(0)


def test_an_impatient_double_tap_takes_one_seat(open_page):
    page = form_of(open_page("/", size=SMALL), "做一盏小灯")

    page.locator("form.sheet button").dblclick()

    page.wait_for_url(re.compile("/mine"))
    number = re.search(r"第(\d+)号", page.locator(".standing").inner_text())
    page.reload()
    assert number is not None
    assert number[0] in page.locator(".standing").inner_text()


def test_everything_works_without_scripts(open_page):
    page = open_page("/", size=SMALL)
    page.route("**/*.js*", lambda route: route.abort())

    sign_up(form_of(page, "考试前怎么放松"))

    expect(page.get_by_role("status")).to_contain_text("号")


def test_a_keyboard_is_enough_to_sign_up(open_page):
    page = form_of(open_page("/", size=(1024, 768)), "线上夜谈")
    page.locator('input[name="party"]').first.focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("小雨")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/mine"))
    expect(page.get_by_role("status")).to_contain_text("共2人")


def test_a_place_is_found_by_a_part_of_its_name_and_kept(open_page):
    page = open_page("/", size=SMALL)
    page.get_by_label("您在哪一片？选一次，以后先给您看近的。").fill("东坡")
    page.get_by_role("button", name="找一找").click()
    page.locator("a.card", has_text="东坡村").click()

    expect(page.locator(".where")).to_contain_text("云溪县 · 柳河镇")
    expect(page.locator("a.card", has_text="做一盏小灯")).to_have_count(0)
    page.goto("/")
    expect(page.locator(".where")).to_contain_text("东坡村")


def everything(page: Page) -> list[str]:
    """The addresses of all public pages about one activity, a seat in it included."""
    form_of(page)
    slug = page.url.split("/")[-2]
    return ["/", "/?when=later", "/places", "/places?q=村", f"/a/{slug}", f"/a/{slug}/join", f"/a/{slug}/qr"]


def with_a_seat(page: Page) -> list[str]:
    slug = sign_up(page).url.split("/")[-2]
    return [f"/a/{slug}", f"/a/{slug}/mine", f"/a/{slug}/leave", f"/a/{slug}/doors"]


def problems(page: Page) -> list[str]:
    """What axe finds, what is cut off, and what a finger would miss."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    told = [f"{page.url} {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth") > SMALL[0]:
        told.append(f"{page.url} scrolls sideways")
    least = 60 if page.locator("html.large").count() else 44
    for target in page.locator("button, a.button, a.card, summary, input:not([type=hidden]), .pick[open] a").all():
        box = target.bounding_box()
        if box is not None and box["height"] < least - 0.5:
            told.append(f"{page.url} is too small: {target.inner_text() or target.get_attribute('name')}")
    return told


@pytest.mark.parametrize(("language", "large"), VIEWS)
def test_axe_finds_nothing_and_every_target_is_large_enough(open_page, language, large):
    page = open_page(f"/?large={large}", language, SMALL)
    told = []

    for address in everything(page):
        page.goto(address)
        for summary in page.locator("summary").all():
            summary.click()
        told += problems(page)
    form_of(page)
    page.locator("#nickname").fill("13800138000")
    page.locator("form.sheet button").click()
    told += problems(page)
    page.locator("#nickname").fill("")
    for address in with_a_seat(page):
        page.goto(address)
        told += problems(page)

    assert told == []
