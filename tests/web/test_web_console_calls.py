"""Whom the latest about an activity did not reach, in the console: said on its page, listed for those who call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from console_scene import as_staff, join, planned
from sqlalchemy import text

from outreach.domain.actor import Actor, Role
from outreach.domain.ids import ResidentId
from outreach.services import activities
from outreach.web.console.words import WORDS

ZH = WORDS["zh"]


def moved(house, card, unreached):
    """*card* is called off, and the news does not get to the residents *unreached*."""
    with house.core.database.unit_of_work() as uow:
        uow.people.name(ResidentId(2), "<b>阿花</b>")
        activities.call_off(uow, Actor.operator(), card.id, datetime.now(UTC))
        uow.connection.execute(text("update delivery set state = 'sent' where kind = 'change'"))
        for resident in unreached:
            words = "update delivery set state = 'parked', reason = 'window_closed' where kind = 'change' and "
            uow.connection.execute(text(words + "resident_id = :who"), {"who": resident})


def pages(folder, unreached, role=Role.VILLAGE_ADMIN, unit="east"):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        join(house, card, 3)
        moved(house, card, unreached)
        shown = await browser.get(f"/console/activities/{card.id}")
        return shown.text, await browser.get(f"/console/activities/{card.id}/roster/calls")

    return as_staff(folder, story, role, unit)


def test_an_activity_says_how_many_do_not_know_the_latest_and_lists_them(tmp_path):
    page, calls = pages(tmp_path, [2, 3])

    assert ZH["to_call_n"].format(n=2) in page
    assert 'href="/console/activities/1/roster/calls"' in page
    assert calls.text.count(ZH["why_window_closed"]) == 2
    assert "&lt;b&gt;阿花&lt;/b&gt;" in calls.text
    assert [f">{number}</td>" in calls.text for number in (1, 2, 3)] == [False, True, True]
    assert "resident-" not in calls.text


def test_where_all_were_reached_nothing_is_said(tmp_path):
    page, calls = pages(tmp_path, [])

    assert ZH["call_list"] not in page
    assert ZH["calls_none"] in calls.text


@pytest.mark.parametrize(("role", "unit"), [(Role.AREA_ADMIN, "town"), (Role.EDITOR, "east")])
def test_who_may_not_see_people_sees_neither(tmp_path, role, unit):
    page, calls = pages(tmp_path, [2], role, unit)

    assert ZH["call_list"] not in page
    assert calls.status_code == 404


def test_a_long_list_is_paged(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=200)
        join(house, card, 102)
        moved(house, card, range(1, 103))
        first = (await browser.get(f"/console/activities/{card.id}/roster/calls")).text
        return first, (await browser.get(f"/console/activities/{card.id}/roster/calls?after=100")).text

    first, second = as_staff(tmp_path, story)

    assert "/roster/calls?after=100" in first
    assert (first.count(ZH["why_window_closed"]), second.count(ZH["why_window_closed"])) == (100, 2)
