"""Announcing as two colleagues do it: whom it reaches and what they read, approved, received, counted, stopped."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from browser_visits import DESK, NARROW, PHONE, Visits, problems
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

TAI_CHI = "清早太极"
PATIENCE = 20_000  # milliseconds: planning and sending each have a tick of their own
IS_SAID = """async (word) => (await (await fetch(location.href)).text()).includes(word)"""


def announce_tai_chi(page: Page) -> Page:
    """From the page of the activity to the form of a new announcement."""
    page.goto("/console/activities")
    page.locator("a.row", has_text=TAI_CHI).click()
    page.get_by_role("main").get_by_role("link", name="群发通知").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新的群发")
    return page


def look_first(page: Page) -> str:
    """Send the form; the address of the draft."""
    page.get_by_role("button", name="先看看会发给谁").click()
    expect(page.get_by_role("heading", name="发给谁")).to_be_visible()
    return page.url.partition("?")[0]


def preview(page: Page, language: str = "中文") -> str:
    """What will be read there in *language*, without its buttons."""
    part = page.locator(".preview", has=page.get_by_role("heading", name=language)).locator(".bubble").first
    text: str = part.evaluate("one => one.firstChild.textContent")
    return text.strip()


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_an_activity_reaches_the_resident_as_previewed_and_approved_by_a_colleague(visits: Visits, size):
    resident = visits.resident()
    village = announce_tai_chi(visits.staff("village", size))
    told = problems(village)
    draft = look_first(village)
    told += problems(village)
    reached = village.locator(".numbers strong").first.inner_text()
    expected = preview(village)

    colleague = visits.staff("town", size)
    colleague.goto("/console/announce")
    told += problems(colleague)
    colleague.get_by_role("link", name=TAI_CHI).first.click()
    assert preview(colleague) == expected
    colleague.get_by_role("button", name="就这样，批准发送").click()
    expect(colleague.get_by_role("status")).to_contain_text("已批准")

    expect(resident.locator("#log .said").last).to_contain_text(expected, timeout=PATIENCE)
    village.goto(draft)
    village.wait_for_function(IS_SAID, arg="发完了")
    village.reload()
    told += problems(village)
    assert village.locator(".numbers p", has_text="已送出").locator("strong").inner_text() == reached
    village.get_by_role("link", name="没收到的人").click()
    assert told + problems(village) == []


def test_words_of_ones_own_wait_for_a_second_person(visits: Visits):
    resident = visits.resident()
    village = visits.staff("village", PHONE)
    village.goto("/console/announce")
    village.get_by_role("link", name="写几句话来发").click()
    told = problems(village)
    village.get_by_label("中文").fill("周六上午村活动室开门，喝茶、下棋、聊聊天，都欢迎。")
    draft = look_first(village)

    told += problems(village)
    expect(village.get_by_text("要请同事来批准")).to_be_visible()
    expect(village.get_by_role("button", name="就这样，批准发送")).to_have_count(0)
    colleague = visits.staff("town", PHONE, "en-GB")
    colleague.goto(draft)
    told += problems(colleague)
    colleague.get_by_role("button", name=re.compile("Approve|send", re.IGNORECASE)).click()

    expect(resident.locator("#log")).to_contain_text("喝茶、下棋、聊聊天", timeout=PATIENCE)
    assert told == []


@pytest.mark.parametrize("js", [True, False], ids=["with scripts", "without scripts"])
def test_what_was_approved_for_later_is_stopped_and_reaches_nobody(visits: Visits, js):
    village = announce_tai_chi(visits.staff("village", js=js))
    village.get_by_label("定个时间").check()
    village.get_by_label("开始时间").fill(f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:00}")
    look_first(village)
    village.get_by_role("button", name="就这样，批准发送").click()
    expect(village.locator(".states .tag")).to_have_text("已批准，等时间")

    village.get_by_role("button", name="马上停止").click()

    expect(village.get_by_role("status")).to_contain_text("已停止")
    expect(village.locator(".states .tag")).to_have_text("已停止")
    expect(village.locator(".numbers")).to_contain_text("还没有开始")
    expect(village.get_by_role("button", name="马上停止")).to_have_count(0)


def test_everything_that_is_wrong_is_said_at_once_and_what_was_typed_is_kept(visits: Visits):
    village = visits.staff("village", PHONE)
    village.goto("/console/announce/new")
    village.get_by_label("中文").fill("请打 13800138000 找我")
    village.get_by_label("单位编码").fill("nowhere")

    village.get_by_role("button", name="先看看会发给谁").click()

    expect(village.get_by_role("alert")).to_be_visible()
    expect(village.get_by_label("中文")).to_have_value("请打 13800138000 找我")
    expect(village.get_by_label("单位编码")).to_have_value("nowhere")
    assert problems(village) == []
