"""Announcing in the console: written, seen before it goes, approved by a second person, followed, stopped."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from console_scene import as_staff, employ, planned, sign_in
from office_scene import MARKUP, UNKNOWN, alike, audit, count, reads_news

from outreach.domain.actor import Role
from outreach.services import broadcasts
from outreach.web.console.words import WORDS

PATH = "/console/announce"
ZH = WORDS["zh"]
SAID = "明天停水，活动照常，请自带水杯。"
TEXT = {"text.zh": SAID, "text.en": "", "audience": "general", "unit": "east", "when": "now", "starts": ""}


def in_days(days: int) -> str:
    """That many days from now, half past nine there, as a field for a time sends it."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=days):%Y-%m-%dT09:30}"


async def draft(browser, **changes) -> str:
    """The address of a fresh draft of words."""
    made = await browser.post(f"{PATH}/new", data=TEXT | changes)
    assert made.status_code == 303, made.text
    return made.headers["location"].partition("?")[0]


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def as_colleague(house, browser, made, login="wang"):
    """From here on another administrator of East sits at the browser."""
    employ(house, login, Role.VILLAGE_ADMIN, made["east"].id)
    browser.cookies.clear()
    assert (await sign_in(browser, login)).status_code == 303


def states(house) -> list[str]:
    with house.core.database.reading() as uow:
        return [str(row[0]) for row in uow.connection.exec_driver_sql("SELECT state FROM broadcast ORDER BY id")]


def test_words_are_counted_previewed_and_approved_by_a_colleague_alone(tmp_path):
    async def story(house, browser, made):
        reads_news(house, made["east"], "ann", "bob")
        reads_news(house, made["west"], "cho")
        place = await draft(browser)
        own = (await browser.get(place)).text
        refused = await browser.post(f"{place}/approve", data={"fingerprint": "x"})
        await as_colleague(house, browser, made)
        page = (await browser.get(place)).text
        approved = await browser.post(f"{place}/approve", data={"fingerprint": fingerprint(page)})
        again = await browser.post(f"{place}/approve", data={"fingerprint": fingerprint(page)})
        after = (await browser.get(place)).text
        return own, refused, page, approved, again, after, states(house), audit(house)

    own, refused, page, approved, again, after, state, written = as_staff(tmp_path, story)

    assert ZH["second_person_note"] in own
    assert f'{PATH}/1/approve"' not in own
    assert refused.status_code == 409
    assert re.search(rf"<strong>2</strong>\s*<span>{ZH['get_it']}", page)
    assert SAID in page
    assert approved.status_code == 303
    assert again.status_code in {303, 409}
    assert state[0] in {"approved", "planning", "sending", "done"}
    assert ZH["whom_it_reaches"] not in after
    assert [action for _, action, subject in written if subject == "broadcast"] == ["draft", "approve"]


def test_an_activity_goes_out_at_the_word_of_one_and_names_its_own_people(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], audience=frozenset({"elderly"}))
        form = (await browser.get(f"{PATH}/new?activity={card.id}")).text
        sent = {
            "activity": str(card.id), "audience": "elderly", "language": ["zh", "en"], "unit": "east", "when": "now",
            "starts": "",
        }  # fmt: skip
        made_one = await browser.post(f"{PATH}/new", data=sent)
        place = made_one.headers["location"].partition("?")[0]
        page = (await browser.get(place)).text
        return (
            card,
            form,
            page,
            (await browser.post(f"{place}/approve", data={"fingerprint": fingerprint(page)})).status_code,
        )

    card, form, page, approved = as_staff(tmp_path, story)

    assert card.title in form
    assert card.title in page
    assert approved == 303


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"text.zh": ""}, "problem_no_text"),
        ({"text.zh": "   "}, "problem_no_text"),
        ({"text.zh": "长" * 1_001}, "problem_too_long"),
        ({"text.zh": "打 {hotline}"}, "problem_placeholder"),
        ({"text.zh": "保证治好您的失眠。"}, "problem_wording"),
        ({"audience": []}, "problem_choose"),
        ({"unit": "nowhere"}, "problem_no_unit"),
        ({"when": "later", "starts": "2020-01-01T10:00"}, "problem_past"),
        ({"when": "later", "starts": "2999-01-01T10:00"}, "problem_days_too_far"),
        *(
            ({"when": "later", "starts": typed}, "problem_not_a_time")
            for typed in ("", "soon", "2027-01-01", "0001-01-01T00:00", "9999-12-31T23:59-23:00")
        ),
    ],
)
def test_bad_input_is_told_and_all_that_was_typed_is_kept(tmp_path, changes, problem):
    async def story(house, browser, made):
        return await browser.post(f"{PATH}/new", data=TEXT | {"text.en": "Bring a cup."} | changes), count(
            house, "broadcast"
        )

    if problem == "problem_no_text":
        changes = changes | {"text.en": ""}
    refused, kept = as_staff(tmp_path, story)

    assert refused.status_code == 422
    assert ZH[problem].partition("{")[0][:5] in refused.text
    if changes.get("text.en", "x"):
        assert "Bring a cup." in refused.text
    assert kept == 0


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    async def story(house, browser, made):
        changes = {"text.zh": "打 {hotline}", "text.en": "长" * 1_001, "when": "later", "starts": "2020-01-01T10:00"}
        return await browser.post(f"{PATH}/new", data=TEXT | changes)

    refused = as_staff(tmp_path, story)

    assert refused.text.count('aria-invalid="true"') == 3


def test_an_unknown_unit_hides_nothing_else_that_is_wrong(tmp_path):
    async def story(house, browser, made):
        changes = {"text.zh": "打 {hotline}", "unit": "nowhere", "audience": [], "when": "later", "starts": ""}
        return (await browser.post(f"{PATH}/new", data=TEXT | changes)).text, count(house, "broadcast")

    refused, kept = as_staff(tmp_path, story)

    assert refused.count('aria-invalid="true"') == 4
    assert kept == 0


@pytest.mark.parametrize(
    ("sent", "code", "begins"),
    [
        ({"when": "later", "starts": in_days(40)}, 303, in_days(40)),
        ({"when": "now", "starts": "2020-01-01T10:00"}, 303, ""),
        ({"when": "later", "starts": ""}, 422, in_days(30)),
        ({"when": "later", "starts": "0001-01-01T00:00"}, 422, in_days(30)),
        ({"when": "later", "starts": "2020-01-01T10:00"}, 422, in_days(30)),
    ],
)
def test_a_draft_may_begin_at_another_time(tmp_path, sent, code, begins):
    async def story(house, browser, made):
        place = await draft(browser, when="later", starts=in_days(30))
        answer = await browser.post(f"{place}/schedule", data=sent)
        return answer, (await browser.get(place)).text

    answer, page = as_staff(tmp_path, story)

    assert answer.status_code == code
    assert re.search(r'name="starts" type="datetime-local" value="([^"]*)"', page)[1] == begins
    assert code == 303 or 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("hidden", ["restricted", "draft", "elsewhere, a draft"])
def test_an_activity_that_is_not_for_all_to_see_is_not_even_named(tmp_path, hidden):
    async def story(house, browser, made):
        where = made["west"] if hidden.startswith("elsewhere") else made["east"]
        card = planned(house, where, draft=hidden != "restricted", restricted=hidden == "restricted")
        return await alike(browser, f"{PATH}/new?activity={card.id}", f"{PATH}/new?activity={UNKNOWN}")

    mine, unknown = as_staff(tmp_path, story)

    assert mine == unknown


def test_markup_stays_text_in_form_list_and_preview(tmp_path):
    async def story(house, browser, made):
        place = await draft(browser, **{"text.zh": f"请带水杯 {MARKUP}"})
        return [(await browser.get(path)).text for path in (place, PATH)]

    for page in as_staff(tmp_path, story):
        assert "<script>alert" not in page


def test_what_reads_otherwise_by_now_is_shown_before_it_is_approved(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        sent = {"activity": str(card.id), "audience": "general", "language": "zh", "unit": "east", "when": "now"}
        place = (await browser.post(f"{PATH}/new", data=sent)).headers["location"].partition("?")[0]
        before = fingerprint((await browser.get(place)).text)
        with house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE activity SET title = '另一个题目', version = version + 1")
        held = await browser.post(f"{place}/approve", data={"fingerprint": before})
        return held, states(house)

    held, state = as_staff(tmp_path, story)

    assert held.status_code == 409
    assert "另一个题目" in held.text
    assert state == ["draft"]


@pytest.mark.parametrize("deed", ["", "/approve", "/schedule", "/stop", "/calls"])
def test_an_announcement_of_another_unit_is_as_unknown_as_one_that_does_not_exist(tmp_path, deed):
    async def story(house, browser, made):
        place = await draft(browser)
        employ(house, "wang", Role.VILLAGE_ADMIN, made["west"].id)
        browser.cookies.clear()
        await sign_in(browser, "wang")
        form = {"fingerprint": "x", "when": "now"} if deed not in {"", "/calls"} else {}
        found = await alike(browser, f"{place}{deed}", f"{PATH}/{UNKNOWN}{deed}", **form)
        return found, states(house)

    (mine, unknown), state = as_staff(tmp_path, story)

    assert mine == unknown
    assert state == ["draft"]


@pytest.mark.parametrize("wish", [{"activity": UNKNOWN}, {"activity": "-1"}, {"item": "nothing"}, {"item": "../x"}])
def test_what_does_not_exist_is_not_announced(tmp_path, wish):
    async def story(house, browser, made):
        ((name, value),) = wish.items()
        form = await browser.get(f"{PATH}/new", params=wish)
        sent = {name: value, "audience": "general", "language": "zh", "unit": "east", "when": "now"}
        return form.status_code, (await browser.post(f"{PATH}/new", data=sent)).status_code, count(house, "broadcast")

    form, sent, kept = as_staff(tmp_path, story)

    assert form in {200, 404}
    assert sent in {404, 422}
    assert kept == 0


def test_nobody_announces_beyond_their_own_part_of_the_network(tmp_path):
    async def story(house, browser, made):
        return [
            (await browser.post(f"{PATH}/new", data=TEXT | {"unit": unit})).status_code for unit in ("west", "town")
        ]

    assert as_staff(tmp_path, story) == [404, 404]


@pytest.mark.parametrize("role", [Role.DUTY, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR])
def test_who_announces_nothing_finds_no_pages_of_it(tmp_path, role):
    async def story(house, browser, made):
        pages = [(await browser.get(path)).status_code for path in (PATH, f"{PATH}/new")]
        return pages, (await browser.post(f"{PATH}/new", data=TEXT)).status_code, count(house, "broadcast")

    assert as_staff(tmp_path, story, role) == ([404, 404], 404, 0)


def test_a_draft_is_put_away_and_stays_so(tmp_path):
    async def story(house, browser, made):
        place = await draft(browser)
        codes = [(await browser.post(f"{place}/stop")).status_code for _ in range(2)]
        late = await browser.post(f"{place}/approve", data={"fingerprint": "x"})
        return codes, late.status_code, states(house)

    codes, late, state = as_staff(tmp_path, story)

    assert codes[0] == 303
    assert codes[1] in {303, 409}
    assert late == 409
    assert state == ["stopped"]


def test_many_people_are_counted_beside_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(broadcasts, "COUNTED_AT_ONCE", 1)

    async def story(house, browser, made):
        reads_news(house, made["east"], "ann", "bob")
        place = await draft(browser)
        return (await browser.get(place)).text, (await browser.get(f"{place}?count=1")).text

    at_once, counted = as_staff(tmp_path, story)

    assert ZH["counting"] in at_once
    assert '?count=1" hx-trigger="load"' in at_once
    assert f"<strong>2</strong> <span>{ZH['get_it']}" in counted
    assert 'id="reach"' in counted


def test_the_list_is_paged_newest_first(tmp_path):
    async def story(house, browser, made):
        for _ in range(35):
            await draft(browser)
        first = (await browser.get(PATH)).text
        older = re.search(rf'href="({PATH}\?before=\d+)"', first)
        second = (await browser.get(older[1])).text
        odd = [(await browser.get(f"{PATH}?before={value}")).status_code for value in ("x", "-1", "9" * 30)]
        return [re.findall(rf'href="{PATH}/(\d+)"', page) for page in (first, second)], odd

    (first, second), odd = as_staff(tmp_path, story)

    assert [int(one) for one in first + second] == list(range(35, 0, -1))
    assert set(odd) <= {200, 400, 404}


def test_a_form_of_another_site_announces_nothing_and_no_word_is_in_a_log(tmp_path, caplog):
    async def story(house, browser, made):
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        refused = await browser.post(f"{PATH}/new", data=TEXT, headers=headers)
        kept = count(house, "broadcast")
        await draft(browser)
        return refused.status_code, kept

    with caplog.at_level(logging.DEBUG, "outreach"):
        assert as_staff(tmp_path, story) == (403, 0)
    assert SAID not in caplog.text
