"""The chat as somebody on a phone has it: press, type, lose the network, leave quickly."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

TRY_ME = re.compile("试一试")


def press(page: Page, label: str | re.Pattern[str]) -> None:
    page.locator("#log .choices").last.get_by_role("button", name=label).first.click()


def type_(page: Page, text: str) -> None:
    page.get_by_label("您想说什么").fill(text)
    page.keyboard.press("Enter")


def said(page: Page) -> int:
    return page.locator("#log .said.you").count()


def test_pressing_alone_leads_to_a_seat_a_confirmation_and_a_calendar_file(open_page):
    page = open_page()

    press(page, "看看活动")
    press(page, TRY_ME)
    press(page, re.compile("报名，1人"))
    press(page, re.compile("同意"))

    expect(page.locator("#log")).to_contain_text("报好名了")
    calendar = page.get_by_role("link", name="日历文件")
    expect(calendar).to_be_visible()
    file = page.request.get(calendar.get_attribute("href") or "")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in file.text()


def test_typing_is_answered_and_the_box_keeps_the_focus(open_page):
    page = open_page()
    expect(page.locator("#log .said")).to_have_count(1)

    type_(page, "帮助")

    expect(page.locator("#log .said")).to_have_count(3)
    expect(page.get_by_label("您想说什么")).to_be_focused()
    expect(page.get_by_label("您想说什么")).to_have_value("")


def test_a_link_from_an_activity_opens_the_chat_on_it_and_leaves_no_query_behind(open_page, town):
    page = open_page("/")
    page.get_by_role("link", name=re.compile("清早太极")).click()
    page.get_by_role("link", name="去聊天里报名").click()

    expect(page.locator("#log")).to_contain_text("清早太极")
    assert page.url == f"{town}/chat"


def test_a_reload_shows_the_same_conversation_and_starts_no_new_one(open_page):
    page = open_page()
    type_(page, "活动")
    expect(page.locator("#log .said")).to_have_count(3)
    before = page.locator("#log").inner_text()

    page.reload()

    expect(page.locator("#log .said")).to_have_count(3)
    assert page.locator("#log").inner_text() == before


def test_another_tab_knows_nothing_of_the_conversation(open_page):
    page = open_page()
    type_(page, "活动")
    expect(page.locator("#log .said")).to_have_count(3)

    tab = page.context.new_page()
    tab.goto("/chat")

    expect(tab.locator("#log .said")).to_have_count(1)
    assert said(tab) == 0


def test_what_is_typed_without_a_network_is_sent_once_when_it_is_back(open_page):
    page = open_page()
    expect(page.locator("#log .said")).to_have_count(1)
    page.context.set_offline(True)

    type_(page, "帮助")
    expect(page.get_by_role("status")).to_contain_text("会自动再试")
    expect(page.locator("#log .said.waiting")).to_have_count(1)
    page.context.set_offline(False)

    expect(page.locator("#log .said")).to_have_count(3)
    expect(page.locator("#log .said.waiting")).to_have_count(0)
    expect(page.get_by_role("status")).to_be_empty()


def test_an_answer_that_was_lost_on_the_way_comes_once_and_the_seat_is_taken_once(open_page):
    page = open_page()
    bodies: list[str] = []

    def lose_first_answers(route):
        bodies.append(route.request.post_data)
        route.fetch()
        if len(bodies) <= 2:
            route.abort()
        else:
            route.continue_()

    expect(page.locator("#log .said")).to_have_count(1)
    page.route("**/chat/say", lose_first_answers)
    type_(page, "帮助")

    expect(page.locator("#log .said")).to_have_count(3)
    assert len(set(bodies)) == 1
    assert len(bodies) == 3


def test_what_was_not_sent_survives_a_reload(open_page):
    page = open_page()
    expect(page.locator("#log .said")).to_have_count(1)
    page.route("**/chat/say", lambda route: route.abort())
    type_(page, "帮助")
    expect(page.locator("#log .said.waiting")).to_have_count(1)

    page.unroute("**/chat/say")
    page.reload()

    expect(page.locator("#log .said")).to_have_count(3)
    expect(page.locator("#log .said.waiting")).to_have_count(0)


def test_leaving_quickly_leaves_nothing_on_screen_in_the_tab_or_behind_the_back_button(open_page, town):
    page = open_page("/")
    page.get_by_role("link", name="和小助手聊聊").click()
    type_(page, "最近睡不好")
    expect(page.locator("#log .said")).to_have_count(3)

    page.get_by_role("button", name="快速离开").click()

    page.wait_for_url("**/leave")
    assert page.title() == "日历"
    assert page.evaluate("sessionStorage.length") == 0
    assert "睡不好" not in page.content()
    page.go_back()
    assert page.url == f"{town}/"


def test_the_way_out_and_the_numbers_that_help_stay_in_sight(open_page):
    page = open_page()
    for word in ("活动", "帮助", "菜单"):
        type_(page, word)
    expect(page.locator("#log .said")).to_have_count(7)

    expect(page.get_by_role("button", name="快速离开")).to_be_in_viewport()
    expect(page.locator(".emergency a").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="发送")).to_be_in_viewport()


def test_somebody_in_danger_can_dial_from_the_answer(open_page):
    page = open_page()

    type_(page, "我不想活了")

    answer = page.locator("#log .safety").last
    expect(answer).to_be_visible()
    assert "tel:110" in [link.get_attribute("href") for link in answer.locator("a").all()]


def test_a_long_answer_is_shown_from_its_beginning(open_page):
    page = open_page(size=(320, 568))

    type_(page, "活动")

    expect(page.locator("#log .said")).to_have_count(3)
    top = page.locator("#log .said").last.bounding_box()
    guard = page.locator("#guard").bounding_box()
    assert top is not None
    assert guard is not None
    assert guard["height"] <= top["y"] <= guard["height"] + 60


def test_an_english_browser_is_spoken_to_in_english_and_may_switch(open_page):
    page = open_page(language="en-GB")
    expect(page.locator("#log .said").first).to_contain_text("Hello!")

    page.get_by_role("link", name="中文").click()

    expect(page.locator("#log .said").last).to_contain_text("好的")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    expect(page.locator("#log")).to_contain_text("Hello!")


def test_old_choices_step_back_but_still_work(open_page):
    page = open_page()
    press(page, "看看活动")
    expect(page.locator("#log .said")).to_have_count(3)

    old = page.locator("#log .choices").first
    assert "past" in (old.get_attribute("class") or "")
    old.get_by_role("button", name="读一读").click()

    expect(page.locator("#log .said")).to_have_count(5)
    expect(page.locator("#log .said.you").last).to_contain_text("读一读")


def test_a_double_tap_presses_once_and_hits_nothing_that_the_answer_brings(open_page):
    page = open_page()
    press(page, "看看活动")
    press(page, TRY_ME)
    press(page, re.compile("报名，1人"))

    agree = page.locator("#log .choices:not([inert])").last.get_by_role("button", name=re.compile("同意"))
    expect(agree).to_be_visible()
    box = agree.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + 20, box["y"] + 20, delay=30)

    expect(page.locator("#log")).to_contain_text("报好名了")
    assert page.locator("#log .said.you").all_inner_texts()[-1].endswith("同意并报名")
    assert said(page) == 4


def test_without_a_script_the_page_says_what_else_can_be_done(browser, town):
    context = browser.new_context(java_script_enabled=False, base_url=town, locale="zh-CN")
    page = context.new_page()
    page.goto("/chat")

    expect(page.get_by_text("到社区当面问")).to_be_visible()
    context.close()
