"""What staff do for one person: answer a note, take an alert; with a keyboard alone and without scripts too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from browser_visits import DESK, NARROW, PHONE, ZOOMED, Visits, focus_is_seen, press, problems, say
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

PATIENCE = 20_000  # milliseconds until an answer is in the chat
IN_DANGER = "我不想活了"  # tests/safety/utterances: said outright, and no method in it
ASKED = "周五的讲座能带孩子来吗？"


def leave_note(visits: Visits, words: str = ASKED) -> Page:
    """A resident asks for a person and leaves *words*."""
    page = visits.resident()
    say(page, "人工")
    say(page, words)
    press(page, "同意并发送")
    return page


def newest_note(page: Page) -> Page:
    """The conversation that waits since last, from the list of them."""
    page.goto("/console/threads")
    page.get_by_role("rowheader").get_by_role("link").last.click()
    expect(page.get_by_label("您的回复")).to_be_visible()
    return page


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_a_note_is_answered_into_the_chat_of_whoever_left_it_and_closed(visits: Visits, size):
    resident = leave_note(visits)
    village = visits.staff("village", size)
    village.get_by_role("link", name=re.compile("条居民留言等回复")).click()
    told = problems(village)
    newest_note(village)
    told += problems(village)
    expect(village.locator(".talk")).to_contain_text(ASKED)

    village.get_by_label("您的回复").fill("可以，欢迎带孩子来，门口有小椅子。")
    village.get_by_role("button", name="发送回复").click()

    expect(resident.locator("#log")).to_contain_text("门口有小椅子", timeout=PATIENCE)
    assert "禾小满" not in resident.locator("#log").inner_text()
    expect(village.locator(".talk .ours")).to_contain_text("门口有小椅子")
    told += problems(village)
    village.get_by_role("button", name="结束这段对话").click()
    expect(village.get_by_role("status")).to_contain_text("已结束")
    assert told + problems(village) == []


def test_what_the_resident_adds_meanwhile_is_seen_before_the_answer_goes(visits: Visits):
    resident = leave_note(visits)
    village = newest_note(visits.staff("village"))
    village.get_by_label("您的回复").fill("可以来。")
    say(resident, "人工")
    say(resident, "我们两个大人，一个孩子")

    village.get_by_role("button", name="发送回复").click()

    expect(village.get_by_role("alert")).to_contain_text("这里有了新的话")
    expect(village.locator(".talk")).to_contain_text("一个孩子")
    expect(village.get_by_label("您的回复")).to_have_value("可以来。")
    assert problems(village) == []


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_an_alert_is_taken_and_closed_and_holds_not_a_word_of_the_resident(visits: Visits, size):
    say(visits.resident(), IN_DANGER)
    town, county = visits.staff("town", size), visits.staff("county", size)
    town.get_by_role("link", name=re.compile("条安全提醒还没有人接")).click()
    alert = town.locator(".card").first
    told = problems(town)
    expect(alert).to_contain_text("说的是自己")
    assert IN_DANGER not in town.content()

    alert.get_by_role("button", name="我来处理").click()

    expect(town.get_by_role("status")).to_contain_text("由您来处理")
    told += problems(town)
    county.goto("/console/alerts")
    expect(county.locator(".card").first).to_contain_text("柳青青")
    alert.get_by_label("结果").select_option(label="联系上了")
    alert.get_by_role("button", name="处理完了").click()
    expect(town.get_by_role("status")).to_contain_text("已记下结果")
    expect(alert).to_contain_text("已处理完")
    assert told + problems(town) == []


def test_a_keyboard_is_enough_to_sign_in_and_to_answer_and_the_focus_is_always_seen(visits: Visits):
    resident = leave_note(visits)
    page = visits.open("/console/", DESK)
    tab_to(page, "#login")
    page.keyboard.type("village")
    tab_to(page, "#password")
    page.keyboard.type(visits.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("今天")

    tab_to(page, ".side a[href='/console/threads']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("居民留言")
    tab_to(page, "tbody tr:last-child th a")
    page.keyboard.press("Enter")
    expect(page.get_by_label("您的回复")).to_be_visible()
    tab_to(page, "#text")
    page.keyboard.type("收到，周五见。")
    tab_to(page, "main button")
    page.keyboard.press("Enter")

    expect(resident.locator("#log")).to_contain_text("周五见", timeout=PATIENCE)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what *selector* names has the focus; each stop on the way must show where one is."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert focus_is_seen(page), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_planning_and_answering_need_no_scripts(visits: Visits):
    resident = leave_note(visits)
    village = visits.staff("village", PHONE, js=False)

    village.goto("/console/activities/new?kind=salon")
    village.get_by_label("标题").fill("村口茶话会")
    village.get_by_label("什么时候").fill(f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT15:00}")
    village.get_by_label("地点").fill("东坡村活动室")
    village.get_by_label("全体居民").check()
    village.get_by_role("button", name="保存并发布").click()
    expect(village.get_by_role("heading", level=1)).to_have_text("村口茶话会")
    newest_note(village)
    village.get_by_label("您的回复").fill("能，三点开始。")
    village.get_by_role("button", name="发送回复").click()

    expect(village.get_by_role("status")).to_contain_text("已发送")
    expect(resident.locator("#log")).to_contain_text("三点开始", timeout=PATIENCE)


OF_THE_COUNTY = (
    "/console/", "/console/announce", "/console/announce/new?activity=1", "/console/threads?all=1", "/console/alerts",
    "/console/library", "/console/staff", "/console/staff/new", "/console/staff/1", "/console/channels",
)  # fmt: skip
OF_THE_AUDITOR = ("/console/audit", "/console/audit?id=none")


@pytest.mark.parametrize(
    ("language", "size", "large"),
    [("zh-CN", DESK, False), ("zh-CN", NARROW, True), ("en-GB", NARROW, True), ("en-GB", ZOOMED, False)],
)
def test_every_page_of_the_office_is_for_everybody(visits: Visits, language, size, large):
    told = []

    for login, paths in {"county": OF_THE_COUNTY, "auditor": OF_THE_AUDITOR}.items():
        page = visits.staff(login, size, language, large=large)
        for path in paths:
            page.goto(path)
            assert page.locator("html.large").count() == large
            told += problems(page)
    page = visits.open("/console/sign-in", size, language, large=large)

    assert told + problems(page) == []
