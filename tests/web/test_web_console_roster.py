"""Who comes, in the console: numbers and nicknames, requests decided once, every look written down."""

from __future__ import annotations

import threading

import pytest
from console_scene import as_staff, employ, fields_in, join, planned, requested, sign_in
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Role
from outreach.domain.ids import ResidentId
from outreach.web.console.words import WORDS

ZH = WORDS["zh"]


def roster_of(card):
    return f"/console/activities/{card.id}/roster"


def standings(house):
    with house.core.database.reading() as uow:
        return dict(uow.connection.execute(text("select id, standing from sign_up order by id")).all())


def audited(house, action):
    with house.core.database.reading() as uow:
        query = text("select actor, subject_id, reason from audit where action = :action order by id")
        return [tuple(row) for row in uow.connection.execute(query, {"action": action})]


def test_a_request_is_accepted_with_one_press_and_the_page_says_so(tmp_path):
    async def story(house, browser, made):
        card = requested(house, made["east"], 2)
        before = (await browser.get(roster_of(card))).text
        answer = await browser.post(f"{roster_of(card)}/1/accept")
        return before, (await browser.get(answer.headers["location"])).text, standings(house)

    before, after, stands = as_staff(tmp_path, story)

    assert before.count("/accept") == 2
    assert ZH["done_accepted"].format(n=1) in after
    assert after.count("/accept") == 1
    assert stands == {1: "seated", 2: "requested"}


def test_where_it_is_full_the_accepted_wait_and_the_page_says_so(tmp_path):
    async def story(house, browser, made):
        card = requested(house, made["east"], 2, seats=1)
        answers = [await browser.post(f"{roster_of(card)}/{number}/accept") for number in (1, 2)]
        return (await browser.get(answers[1].headers["location"])).text, standings(house)

    page, stands = as_staff(tmp_path, story)

    assert ZH["done_accepted_waiting"].format(n=2) in page
    assert stands == {1: "seated", 2: "waiting"}


@pytest.mark.parametrize(("action", "stands"), [("accept", "seated"), ("refuse", "refused")])
def test_pressed_twice_it_is_done_once(tmp_path, action, stands):
    async def story(house, browser, made):
        card = requested(house, made["east"])
        answers = [await browser.post(f"{roster_of(card)}/1/{action}") for _ in range(2)]
        pages = [(await browser.get(answer.headers["location"])).text for answer in answers]
        return pages[1], standings(house), audited(house, action)

    page, found, written = as_staff(tmp_path, story)

    assert found == {1: stands}
    assert len(written) == 1
    assert ZH["done_accepted_already" if action == "accept" else "done_refused_already"] in page


def test_a_request_refused_meanwhile_is_not_accepted_and_the_page_says_why(tmp_path):
    async def story(house, browser, made):
        card = requested(house, made["east"])
        await browser.post(f"{roster_of(card)}/1/refuse")
        return await browser.post(f"{roster_of(card)}/1/accept"), standings(house)

    answer, stands = as_staff(tmp_path, story)

    assert answer.status_code == 409
    assert ZH["refused_illegal_move"] in answer.text
    assert stands == {1: "refused"}


def test_a_place_is_taken_back_with_a_reason_and_the_next_moves_up(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=1)
        join(house, card, 2)
        path = f"{roster_of(card)}/1/take-back"
        empty = await browser.post(path, data=fields_in((await browser.get(path)).text))
        long = await browser.post(path, data={"reason": "x" * 201})
        done = await browser.post(path, data={"reason": "重复报名"})
        return (
            empty,
            long,
            (await browser.get(done.headers["location"])).text,
            standings(house),
            audited(house, "refuse"),
        )

    empty, long, page, stands, written = as_staff(tmp_path, story)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert ZH["problem_empty"] in empty.text
    assert "x" * 201 in long.text
    assert ZH["done_taken_back"].format(n=1) in page
    assert stands == {1: "refused", 2: "seated"}
    assert [reason for _, _, reason in written] == ["重复报名"]


def test_a_turn_is_changed_with_a_reason_and_nobody_else_moves(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=1)
        join(house, card, 4)
        path = f"{roster_of(card)}/4/queue"
        before = (await browser.get(roster_of(card))).text
        wrong = await browser.post(path, data=fields_in((await browser.get(path)).text))
        done = await browser.post(path, data={"place": "1", "reason": "轮椅进门要人接"})
        seated = await browser.post(f"{roster_of(card)}/1/queue", data={"place": "1", "reason": "x"})
        after = (await browser.get(done.headers["location"])).text
        return before, wrong, after, seated.status_code, audited(house, "reorder")

    before, wrong, after, seated, written = as_staff(tmp_path, story)

    assert before.count(f">{ZH['reorder']}</a>") == 3
    assert wrong.status_code == 422
    assert ZH["problem_not_a_number"] in wrong.text
    assert ZH["problem_empty"] in wrong.text
    assert ZH["done_reordered"].format(n=4) in after
    assert [after.index(ZH["turn_n"].format(n=turn)) for turn in (2, 3, 1)] == sorted(
        after.index(ZH["turn_n"].format(n=turn)) for turn in (1, 2, 3)
    )
    assert seated == 409
    assert [reason for _, _, reason in written] == ["轮椅进门要人接"]


def test_each_look_is_written_down(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        for path in ("", "", "/print"):
            assert (await browser.get(roster_of(card) + path)).status_code == 200
        return card, audited(house, "see_roster")

    card, written = as_staff(tmp_path, story)

    assert [(actor, subject) for actor, subject, _ in written] == [("lin（虚构）", str(card.id))] * 3


def test_a_nickname_is_shown_as_text_and_nothing_else_of_the_person(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        join(house, card, 2)
        with house.core.database.unit_of_work() as uow:
            uow.people.name(ResidentId(1), "<b>阿花</b>")
        return (await browser.get(roster_of(card))).text + (await browser.get(f"{roster_of(card)}/print")).text

    pages = as_staff(tmp_path, story)

    assert pages.count("&lt;b&gt;阿花&lt;/b&gt;") == 2
    assert "<b>阿花" not in pages
    assert "resident-0" not in pages
    assert ZH["no_name"] in pages


@pytest.mark.parametrize("sign_up", ["2", "999", "x", "1'--"])
def test_a_sign_up_of_another_activity_cannot_be_decided_here(tmp_path, sign_up):
    async def story(house, browser, made):
        own = requested(house, made["east"])
        theirs = planned(house, made["west"], policy=SignUpPolicy.REQUEST)
        join(house, theirs, 1, start=5)
        both = [(verb, action) for verb in ("GET", "POST") for action in ("take-back", "queue")]
        actions = [("POST", "accept"), ("POST", "refuse"), *both]
        answers = [await browser.request(verb, f"{roster_of(own)}/{sign_up}/{action}") for verb, action in actions]
        return [answer.status_code for answer in answers], standings(house)

    statuses, stands = as_staff(tmp_path, story)

    assert statuses == [404] * 6
    assert stands == {1: "requested", 2: "requested"}


def test_who_stands_higher_sees_more_places_but_not_the_people_there(tmp_path):
    async def story(house, browser, made):
        card = requested(house, made["east"])
        return [
            (await browser.get(f"/console/activities/{card.id}")).status_code,
            (await browser.get(roster_of(card))).status_code,
            (await browser.post(f"{roster_of(card)}/1/accept")).status_code,
        ]

    assert as_staff(tmp_path, story, Role.AREA_ADMIN, "town") == [200, 404, 404]


def test_a_long_roster_is_paged_in_order_of_number(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=200)
        join(house, card, 103)
        first = (await browser.get(roster_of(card))).text
        return first, (await browser.get(f"{roster_of(card)}?after=100")).text

    first, second = as_staff(tmp_path, story)

    assert 'href="?after=100"' in first
    assert [number for number in range(1, 104) if f'id="n{number}"' in first] == list(range(1, 101))
    assert [number for number in range(1, 104) if f'id="n{number}"' in second] == [101, 102, 103]


def test_the_first_page_says_what_waits_for_whom(tmp_path):
    async def story(house, browser, made):
        requested(house, made["east"], 3)
        join(house, requested(house, made["west"]), 1, start=10)
        mine = (await browser.get("/console/")).text
        employ(house, "wang", Role.AUDITOR, made["town"].id)
        await sign_in(browser, "wang")
        return mine, (await browser.get("/console/")).text

    mine, auditors = as_staff(tmp_path, story)

    assert ZH["requests_n"].format(n=3) in mine
    assert ZH["requests_n"].format(n=1) not in mine
    assert ZH["nobody_on_duty"] in mine
    assert "等您同意" not in auditors
    assert ZH["nobody_on_duty"] not in auditors


@pytest.mark.parametrize("where", ["east", "town"])
def test_somebody_on_duty_here_or_above_ends_the_warning(tmp_path, where):
    async def story(house, browser, made):
        employ(house, "wang", Role.DUTY, made[where].id)
        return (await browser.get("/console/")).text

    assert ZH["nobody_on_duty"] not in as_staff(tmp_path, story)


def test_a_page_takes_as_many_statements_for_many_as_for_few(tmp_path):
    counted: list[str] = []

    def count(_connection, _cursor, statement, *_more):
        if threading.current_thread().name.startswith("reader"):  # what is sent meanwhile is the writer's
            counted.append(statement)

    async def story(house, browser, made):
        paths = ["/console/", "/console/activities", "/console/activities/month"]
        found = []
        for _ in range(2):
            for path in paths:
                counted.clear()
                assert (await browser.get(path)).status_code == 200
                found.append(len(counted))
            for number in range(8):
                join(house, requested(house, made["east"]), 2, start=number * 10)
        return found

    event.listen(Engine, "before_cursor_execute", count)
    try:
        found = as_staff(tmp_path, story)
    finally:
        event.remove(Engine, "before_cursor_execute", count)

    assert found[:3] == found[3:]
    assert max(found) <= 12
