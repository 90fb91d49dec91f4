"""Notes of residents in the console: who waits, the talk, the answer to their own chat, the end of it."""

from __future__ import annotations

import logging
import re

import pytest
from console_scene import as_staff, employ, sign_in, units
from office_scene import MARKUP, UNKNOWN, WORDS, alike, asks, audit, count
from web_scene import visit

from outreach.domain.actor import Role
from outreach.services.threads import LONGEST_NOTE
from outreach.web.console.words import WORDS as TEXTS

PATH = "/console/threads"
ANSWER = "周三上午我都在，您来坐坐。"


def words_of(house, thread) -> list[str]:
    with house.core.database.reading() as uow:
        return [entry.text for entry in uow.threads.get(thread).entries]


async def answer(browser, thread, text=ANSWER, **more):
    page = (await browser.get(f"{PATH}/{thread}")).text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    return await browser.post(f"{PATH}/{thread}/answer", data={"seen": seen, "text": text, **more})


def test_the_list_names_who_waits_and_not_a_word_of_theirs(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        return thread, (await browser.get(PATH)).text

    thread, page = as_staff(tmp_path, story)

    assert f'href="{PATH}/{thread}"' in page
    assert "东坡村" in page
    assert WORDS not in page


def test_an_answer_goes_to_their_own_chat_and_stands_in_the_talk(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        done = await answer(browser, thread)
        page = (await browser.get(done.headers["location"])).text
        with house.core.database.reading() as uow:
            queued = uow.connection.exec_driver_sql("SELECT lane, kind FROM delivery").all()
        return done, page, queued, words_of(house, thread), (await browser.get(PATH)).text

    done, page, queued, words, listed = as_staff(tmp_path, story)

    assert done.status_code == 303
    assert words == [WORDS, ANSWER]
    assert ANSWER in page
    assert [tuple(row) for row in queued] == [("webchat", "reply")]
    assert "lin" not in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL).partition("<main")[2]
    assert TEXTS["zh"]["threads_none"] in listed


def test_sent_twice_it_is_said_once_and_the_words_are_kept_in_the_form(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        page = (await browser.get(f"{PATH}/{thread}")).text
        form = {"seen": re.search(r'name="seen" value="(\d+)"', page)[1], "text": ANSWER}
        first = await browser.post(f"{PATH}/{thread}/answer", data=form)
        second = await browser.post(f"{PATH}/{thread}/answer", data=form)
        return first, second, words_of(house, thread), count(house, "delivery")

    first, second, words, queued = as_staff(tmp_path, story)

    assert (first.status_code, second.status_code) == (303, 409)
    assert words == [WORDS, ANSWER]
    assert queued == 1
    assert TEXTS["zh"]["refused_thread_overtaken"] in second.text
    assert f">\n{ANSWER}</textarea>" in second.text or f">{ANSWER}</textarea>" in second.text


def test_what_they_wrote_meanwhile_is_shown_before_an_answer_goes_out(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        page = (await browser.get(f"{PATH}/{thread}")).text
        asks(house, made["east"], text="已经好了，谢谢")
        seen = re.search(r'name="seen" value="(\d+)"', page)[1]
        held = await browser.post(f"{PATH}/{thread}/answer", data={"seen": seen, "text": ANSWER})
        seen = re.search(r'name="seen" value="(\d+)"', held.text)[1]
        sent = await browser.post(f"{PATH}/{thread}/answer", data={"seen": seen, "text": ANSWER})
        return held, sent, words_of(house, thread)

    held, sent, words = as_staff(tmp_path, story)

    assert held.status_code == 409
    assert "已经好了，谢谢" in held.text
    assert sent.status_code == 303
    assert words == [WORDS, "已经好了，谢谢", ANSWER]


@pytest.mark.parametrize("text", ["", "   \n ", "长" * (LONGEST_NOTE + 1)])
def test_an_answer_that_is_none_is_told_and_kept(tmp_path, text):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        return await answer(browser, thread, text), words_of(house, thread)

    refused, words = as_staff(tmp_path, story)

    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert text.strip() in refused.text
    assert words == [WORDS]


def test_markup_of_both_stays_text(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"], text=MARKUP)
        await answer(browser, thread, MARKUP)
        return (await browser.get(f"{PATH}/{thread}")).text

    page = as_staff(tmp_path, story)

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


@pytest.mark.parametrize("deed", ["", "/answer", "/close"])
def test_a_note_of_another_unit_is_as_unknown_as_one_that_does_not_exist(tmp_path, deed):
    async def story(house, browser, made):
        theirs = asks(house, made["west"])
        form = {"seen": "1", "text": ANSWER} if deed else {}
        return await alike(browser, f"{PATH}/{theirs}{deed}", f"{PATH}/{UNKNOWN}{deed}", **form), words_of(
            house, theirs
        )

    (mine, unknown), words = as_staff(tmp_path, story)

    assert mine == unknown
    assert words == [WORDS]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "1%27", "１"])
def test_no_number_breaks_a_page(tmp_path, number):
    async def story(house, browser, made):
        asks(house, made["east"])
        return [
            (await browser.get(f"{PATH}/{number}")).status_code,
            (await browser.get(f"{PATH}?after={number}")).status_code,
        ]

    one, listed = as_staff(tmp_path, story)

    assert one in {200, 404}
    assert listed in {200, 400, 404}


@pytest.mark.parametrize("role", [Role.NETWORK_ADMIN, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR])
def test_who_answers_nobody_reads_nothing(tmp_path, role):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        paths = (PATH, f"{PATH}/{thread}")
        return [(await browser.get(path)) for path in paths], (await browser.get("/console/")).text

    pages, today = as_staff(tmp_path, story, role)

    assert [page.status_code for page in pages] == [404, 404]
    assert f'href="{PATH}"' not in today


def test_a_county_answers_its_own_people_and_leaves_those_of_the_villages_to_them(tmp_path):
    async def story(house, browser, made):
        own, below = asks(house, made["town"], "own"), asks(house, made["east"], "below")
        return [(await browser.get(f"{PATH}/{thread}")).status_code for thread in (own, below)]

    assert as_staff(tmp_path, story, Role.AREA_ADMIN, "town") == [200, 404]


def test_whoever_is_on_duty_above_answers_below(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        return (await answer(browser, thread)).status_code

    assert as_staff(tmp_path, story, Role.DUTY, "town") == 303


def test_each_look_and_each_word_is_written_down_and_no_word_is_in_it(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        await answer(browser, thread)
        await browser.post(f"{PATH}/{thread}/close")
        with house.core.database.reading() as uow:
            everything = repr(uow.connection.exec_driver_sql("SELECT * FROM audit").all())
        return audit(house), everything

    written, everything = as_staff(tmp_path, story)

    about = [action for _, action, subject in written if subject == "thread"]
    assert about[0] == "read"
    assert {"read", "answer", "close"} == set(about)
    assert WORDS not in everything
    assert ANSWER not in everything


def test_a_talk_that_is_closed_takes_no_more_and_the_next_note_is_a_new_one(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        page = (await browser.get(f"{PATH}/{thread}")).text
        closed = await browser.post(f"{PATH}/{thread}/close")
        again = await browser.post(f"{PATH}/{thread}/close")
        seen = re.search(r'name="seen" value="(\d+)"', page)[1]
        late = await browser.post(f"{PATH}/{thread}/answer", data={"seen": seen, "text": ANSWER})
        shown = (await browser.get(f"{PATH}/{thread}")).text
        return (
            closed,
            again,
            late,
            shown,
            thread,
            asks(house, made["east"], text="又想起一件事"),
            words_of(house, thread),
        )

    closed, again, late, shown, first, second, words = as_staff(tmp_path, story)

    assert closed.status_code == 303
    assert again.status_code in {303, 409}
    assert late.status_code == 409
    assert 'name="text"' not in shown
    assert first != second
    assert words == [WORDS]


def test_words_and_answers_are_in_no_log(tmp_path, caplog):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        await answer(browser, thread)
        await answer(browser, thread, "")
        await browser.post(f"{PATH}/{thread}/answer", data={"seen": "x", "text": ANSWER})

    with caplog.at_level(logging.DEBUG, "outreach"):
        as_staff(tmp_path, story)

    assert WORDS not in caplog.text
    assert ANSWER not in caplog.text


def test_a_form_of_another_site_answers_nobody(tmp_path):
    async def story(house, browser, made):
        thread = asks(house, made["east"])
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        refused = await browser.post(f"{PATH}/{thread}/answer", data={"seen": "1", "text": ANSWER}, headers=headers)
        return refused.status_code, words_of(house, thread)

    assert as_staff(tmp_path, story) == (403, [WORDS])


def test_who_is_signed_out_meanwhile_answers_nothing_and_is_told_how_to_keep_it(tmp_path):
    async def story(house, browser):
        made = units(house)
        employ(house, "lin", Role.VILLAGE_ADMIN, made["east"].id)
        await sign_in(browser, "lin")
        thread = asks(house, made["east"])
        browser.cookies.clear()
        return await browser.post(f"{PATH}/{thread}/answer", data={"seen": "1", "text": ANSWER}), words_of(
            house, thread
        )

    refused, words = visit(tmp_path, story)

    assert refused.status_code == 401
    assert TEXTS["zh"]["signed_out_back"] in refused.text
    assert words == [WORDS]


def test_a_long_list_is_paged_those_who_wait_longest_first(tmp_path):
    async def story(house, browser, made):
        made_in_order = [asks(house, made["east"], f"p{number}") for number in range(35)]
        first = (await browser.get(PATH)).text
        following = re.search(rf'href="({PATH}\?after=\d+)"', first)[1]
        second = (await browser.get(following)).text
        return made_in_order, [re.findall(rf'href="{PATH}/(\d+)"', page) for page in (first, second)], second

    everybody, (first, second), last = as_staff(tmp_path, story)

    assert [int(one) for one in first + second] == everybody
    assert "?after=" not in last
