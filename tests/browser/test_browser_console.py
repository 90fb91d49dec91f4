"""The console as staff have it, at a desk and on a phone: plan a lecture, accept a request; axe finds nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from browser_visits import DESK, NARROW, PHONE, Visits, problems
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PAGES = ["/console/", "/console/activities", "/console/activities?text=x", "/console/activities/month",
         "/console/activities/new?kind=group", "/console/activities/1", "/console/activities/1/edit",
         "/console/activities/1/move", "/console/activities/1/call-off", "/console/activities/1/roster",
         "/console/activities/1/roster/print", "/console/activities/1/roster/calls",
         "/console/activities/1/roster/1/take-back",
         "/console/account", "/console/account/password", "/console/activities/9999"]  # fmt: skip


def ask_to_join(visits: Visits) -> None:
    """A resident asks for a place in the group that is talked over first: the fifth of the demo's plan."""
    page = visits.open("/chat")
    expect(page.locator("#log .choices").first).to_be_visible()
    page.get_by_label("您想说什么").fill("报名 104")
    page.keyboard.press("Enter")
    page.locator("#log .choices").last.get_by_role("button", name=re.compile("同意")).first.click()
    expect(page.locator("#log")).to_contain_text("工作人员")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_lecture_is_planned_in_five_fields_and_seen_by_everybody(visits, size):
    page = visits.staff("village", size)
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


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(visits):
    page = visits.staff("village", PHONE)
    page.goto("/console/activities/new")

    page.get_by_label("标题").fill("只有标题")
    page.get_by_role("button", name="保存并发布").click()

    expect(page.get_by_role("alert")).to_contain_text("请选日期和时间")
    expect(page.locator("#place-problem1")).to_be_visible()
    expect(page.get_by_label("标题")).to_have_value("只有标题")
    assert problems(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_request_is_accepted_with_one_press(visits, size):
    ask_to_join(visits)
    page = visits.staff("county", size)

    page.get_by_role("link", name=re.compile("份报名等您同意")).click()
    assert problems(page) == []
    waiting = page.get_by_role("button", name=re.compile("同意")).count()
    page.get_by_role("button", name=re.compile("同意")).first.click()

    expect(page.get_by_role("status")).to_contain_text("有位子了")
    expect(page.get_by_role("button", name=re.compile("同意"))).to_have_count(waiting - 1)


def test_the_list_follows_what_is_typed(visits):
    page = visits.staff("county", DESK)
    page.goto("/console/activities")
    page.get_by_text("筛选").click()

    page.get_by_label("标题里有").press_sequentially("太极")

    expect(page.locator("#found .row")).to_have_count(1)
    expect(page).to_have_url(re.compile("text="))


@pytest.mark.parametrize(
    ("language", "size", "large"), [("zh-CN", DESK, False), ("zh-CN", NARROW, True), ("en-GB", NARROW, True)]
)
def test_every_page_of_planning_is_for_everybody(visits, language, size, large):
    page = visits.staff("county", size, language, large=large)

    told = []
    for path in PAGES:
        page.goto(path)
        told += problems(page)

    assert told == []
