"""The console as staff have it, at a desk and on a phone: plan a lecture, accept a request; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_town import Town
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow

DESK, PHONE, NARROW = (1280, 860), (390, 844), (360, 740)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["/console/", "/console/activities", "/console/activities?text=x", "/console/activities/month",
         "/console/activities/new?kind=group", "/console/activities/1", "/console/activities/1/edit",
         "/console/activities/1/move", "/console/activities/1/call-off", "/console/activities/1/roster",
         "/console/activities/1/roster/print", "/console/activities/1/roster/1/take-back",
         "/console/account", "/console/account/password", "/console/activities/9999"]  # fmt: skip

TARGETS = (
    "button, a:is(.button, .row, .plain), :is(.bar, .tabs, .kinds) a, summary, select, input[type=text]:not(.hidden)"
)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A demo town of these tests' own."""
    made = Town(tmp_path_factory.mktemp("console"))
    made.start()
    yield made
    made.stop()


def password_of(town: Town) -> str:
    found = re.search(r"the password is (\S+)", town.told())
    assert found
    return found[1]


def signed_in(browser: Browser, town: Town, login: str, size: tuple[int, int], language: str = "zh-CN") -> Page:
    """A page of somebody who has just signed in, on their first page."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=viewport, locale=language, base_url=town.address).new_page()
    page.goto("/console/")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password_of(town))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console/$"))
    return page


def found_by_axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{one['id']}: {one['help']}: {node['html']}" for one in found.response["violations"] for node in one["nodes"]
    ]


def ask_to_join(town: Town, browser: Browser) -> None:
    """A resident asks for a place in the group that is talked over first: the fifth of the demo's plan."""
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=town.address).new_page()
    page.goto("/chat")
    expect(page.locator("#log .choices").first).to_be_visible()
    page.get_by_label("您想说什么").fill("报名 104")
    page.keyboard.press("Enter")
    page.locator("#log .choices").last.get_by_role("button", name=re.compile("同意")).first.click()
    expect(page.locator("#log")).to_contain_text("工作人员")
    page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_lecture_is_planned_in_five_fields_and_seen_by_everybody(staffed, browser, size):
    page = signed_in(browser, staffed, "village", size)
    title = f"睡前放松讲座 {size[0]}"
    if size == PHONE:
        page.locator(".menu summary").click()
        page.locator(".menu").get_by_role("link", name="活动").click()
    else:
        page.locator(".side").get_by_role("link", name="活动").click()

    page.get_by_role("link", name="新建活动").click()
    page.get_by_role("link", name="讲座", exact=True).click()
    page.get_by_label("标题").fill(title)
    page.get_by_label("什么时候").fill(f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT14:00}")
    page.get_by_label("地点").fill("东坡村活动室")
    page.get_by_label("老年人", exact=True).check()
    page.get_by_role("button", name="保存并发布").click()

    expect(page.get_by_role("status")).to_contain_text("活动已发布")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name="居民看到的页面").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.context.close()


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(staffed, browser):
    page = signed_in(browser, staffed, "village", PHONE)
    page.goto("/console/activities/new")

    page.get_by_label("标题").fill("只有标题")
    page.get_by_role("button", name="保存并发布").click()

    expect(page.get_by_role("alert")).to_contain_text("请选日期和时间")
    expect(page.locator("#place-problem1")).to_be_visible()
    expect(page.get_by_label("标题")).to_have_value("只有标题")
    assert found_by_axe(page) == []
    page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_request_is_accepted_with_one_press(staffed, browser, size):
    ask_to_join(staffed, browser)
    page = signed_in(browser, staffed, "county", size)

    page.get_by_role("link", name=re.compile("份报名等您同意")).click()
    assert found_by_axe(page) == []
    waiting = page.get_by_role("button", name=re.compile("同意")).count()
    page.get_by_role("button", name=re.compile("同意")).first.click()

    expect(page.get_by_role("status")).to_contain_text("有位子了")
    expect(page.get_by_role("button", name=re.compile("同意"))).to_have_count(waiting - 1)
    page.context.close()


def test_the_list_follows_what_is_typed(staffed, browser):
    page = signed_in(browser, staffed, "county", DESK)
    page.goto("/console/activities")
    page.get_by_text("筛选").click()

    page.get_by_label("标题里有").press_sequentially("太极")

    expect(page.locator("#found .row")).to_have_count(1)
    expect(page).to_have_url(re.compile("text="))
    page.context.close()


@pytest.mark.parametrize(("language", "size"), [("zh-CN", DESK), ("en-GB", PHONE)])
def test_axe_finds_nothing_on_any_page(staffed, browser, language, size):
    page = signed_in(browser, staffed, "county", size, language)

    told = {}
    for path in PAGES:
        page.goto(path)
        told[path] = found_by_axe(page)
    page.context.clear_cookies()
    page.goto("/console/sign-in")
    told["sign-in"] = found_by_axe(page)

    assert {path: found for path, found in told.items() if found} == {}
    page.context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_nothing_scrolls_sideways_at_360_pixels_and_what_is_pressed_is_large_enough(staffed, browser, language):
    page = signed_in(browser, staffed, "county", NARROW, language)

    wide, small = [], []
    for path in PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > NARROW[0]:
            wide.append(path)
        for target in page.locator(TARGETS).all():
            box = target.bounding_box()
            if box and target.is_visible() and box["height"] < 43.5:
                small.append((path, target.inner_text()))

    assert wide == []
    assert small == []
    page.context.close()
