"""Who came: at the door, from paper, closed, and the figures of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from console_scene import as_staff, join, planned

from outreach.domain.actor import Role
from outreach.web.console.words import WORDS

ZH = WORDS["zh"]


def at(house, moment):
    house.clock = lambda: moment


def held(house, made, seats=5, people=4):
    """An activity that began ten minutes ago, with people who have a place."""
    card = planned(house, made["east"], seats=seats)
    join(house, card, people)
    began = datetime.now(UTC) - timedelta(minutes=10)
    with house.core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "UPDATE activity SET starts_at = ?, ends_at = ?", (_micros(began), _micros(began + timedelta(hours=1)))
        )
    return card


def _micros(moment):
    return int(moment.timestamp() * 1_000_000)


def door_of(card):
    return f"/console/activities/{card.id}/check-in"


def test_at_the_door_one_tap_a_person_and_a_counter_for_who_walks_in(tmp_path):
    async def story(house, browser, made):
        card = held(house, made)
        door = door_of(card)
        page = await browser.get(door)
        marks = [await browser.post(f"{door}/1/note"), await browser.post(f"{door}/2/note", data={"mark": "late"})]
        marks += [await browser.post(f"{door}/walk-in", data={"more": "1"}), await browser.post(f"{door}/2/undo")]
        searched = await browser.get(f"{door}?q=3")
        return page, marks, (await browser.get(door)).text, searched.text

    page, marks, after, searched = as_staff(tmp_path, story)

    assert page.status_code == 200
    assert page.text.count(f">{ZH['check_in_here']}</button>") == 4
    assert [one.status_code for one in marks] == [303] * 4
    assert after.count(f">{ZH['check_in_here']}</button>") == 3
    assert "<strong>1</strong> <span>" + ZH["walk_ins"] in after
    assert searched.count('<li id="n') == 1


def test_the_list_is_closed_and_the_figures_say_how_it_went(tmp_path):
    async def story(house, browser, made):
        card = held(house, made)
        door = door_of(card)
        for number in (1, 2):
            await browser.post(f"{door}/{number}/note", data={"mark": "attended"})
        await browser.post(f"{door}/3/note", data={"mark": "excused"})
        asked = (await browser.get(f"{door}/close")).text
        done = await browser.post(f"{door}/close")
        month = f"{datetime.now(UTC) - timedelta(minutes=10):%Y-%m}"
        return (
            asked,
            (await browser.get(done.headers["location"])).text,
            (await browser.get(f"/console/figures?month={month}")).text,
        )

    asked, figures, month = as_staff(tmp_path, story)

    assert ZH["close_open"].format(n=1) in asked
    assert ZH["done_list_closed"].format(n=2) in figures
    assert "67 %" not in figures
    assert f"<dt>{ZH['went_absent']}</dt><dd>1</dd>" in figures
    assert f"<dt>{ZH['went_excused']}</dt><dd>1</dd>" in figures
    assert ZH["figures_total"] in month
    assert ZH["wishes_none"] in month


def test_a_paper_list_gives_the_same_numbers_and_names_all_that_is_wrong(tmp_path):
    async def story(house, browser, made):
        card = held(house, made)
        paper = f"{door_of(card)}/paper"
        shown = (await browser.get(paper)).text
        wrong = await browser.post(paper, data={"absent": "9 x", "late": "1", "excused": "1", "walk_ins": "0"})
        done = await browser.post(paper, data={"absent": "4", "late": "", "excused": "3", "walk_ins": "2"})
        return shown, wrong, (await browser.get(done.headers["location"])).text

    shown, wrong, figures = as_staff(tmp_path, story)

    assert ZH["paper_lead"] in shown
    assert wrong.status_code == 422
    assert "9 x" in wrong.text
    assert ZH["done_list_closed"].format(n=4) in figures


def test_the_sheet_for_the_door_has_the_code_and_its_picture(tmp_path):
    async def story(house, browser, made):
        card = held(house, made)
        sheet = (await browser.get(f"{door_of(card)}/sheet")).text
        picture = await browser.get(f"{door_of(card)}/code.svg")
        with house.core.database.reading() as uow:
            return sheet, picture, uow.attendances.list_of(card.id).code

    sheet, picture, code = as_staff(tmp_path, story)

    assert ZH["door_sheet_words"].format(code=code) in sheet
    assert picture.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("role", "unit", "door", "figures"), [(Role.AREA_ADMIN, "town", 404, 200), (Role.EDITOR, "east", 404, 404)]
)
def test_who_may_not_see_people_sees_no_door_and_counts_only_where_it_is_their_work(
    tmp_path, role, unit, door, figures
):
    async def story(house, browser, made):
        card = held(house, made)
        return [(await browser.get(path)).status_code for path in (door_of(card), "/console/figures")]

    assert as_staff(tmp_path, story, role, unit) == [door, figures]


@pytest.mark.parametrize(
    "path",
    ["/console/activities/999/attendance", "/console/activities/x/check-in", "/console/activities/1/check-in/99/note"],
)
def test_forged_addresses_are_not_found(tmp_path, path):
    async def story(house, browser, made):
        held(house, made)
        answer = await (browser.post(path) if path.endswith("note") else browser.get(path))
        return answer.status_code

    assert as_staff(tmp_path, story) == 404
