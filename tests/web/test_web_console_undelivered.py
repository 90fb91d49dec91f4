"""What was given up, in the console: seen without whom it is for, tried again one by one or all at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from console_scene import as_staff, planned
from office_scene import NOTICE, UNKNOWN, alike, audit, reads_news

from outreach.domain.actor import Role
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import people, signups
from outreach.services.cards import Caller
from outreach.services.people import Arrival
from outreach.web.console.words import WORDS

PATH = "/console/channels/undelivered"
ZH = WORDS["zh"]


def given_up(house, unit, *names: str) -> None:
    """Confirmations for residents of *unit* that came to nothing, eight calls long."""
    now, card = datetime.now(UTC), planned(house, unit)
    with house.core.database.unit_of_work() as uow:
        for name in names:
            caller, came = Caller(LaneName("webchat"), name), Arrival(Language.ZH, unit.id)
            person = people.agree(uow, caller, (Purpose.TAKE_PART,), NOTICE, came, now)
            signups.sign_up(uow, person.resident_id, card.id, now)
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'dead', reason = '500', tries = 8")
        uow.woken.clear()


def dead(house) -> int:
    with house.core.database.reading() as uow:
        return int(uow.connection.exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'dead'").scalar_one())


def test_one_is_tried_again_and_it_is_written_down(tmp_path):
    async def story(house, browser, made):
        given_up(house, made["east"], "ann", "bob")
        before = (await browser.get(PATH)).text
        answer = await browser.post(f"{PATH}/1/again")
        twice = await browser.post(f"{PATH}/1/again")
        after = (await browser.get(answer.headers["location"])).text
        return before, answer.status_code, twice.status_code, after, dead(house), audit(house, "retry")

    before, again, twice, after, left, written = as_staff(tmp_path, story)

    assert before.count(f'action="{PATH}/') == 3
    assert ZH["kind_confirmation"] in before
    assert "东坡村" in before
    assert (again, twice, left) == (303, 404, 1)
    assert ZH["done_trying"] in after
    assert [action for _, action, _ in written] == ["retry"]


def test_all_are_tried_again_at_once(tmp_path):
    async def story(house, browser, made):
        given_up(house, made["east"], "ann", "bob", "cho")
        answer = await browser.post(f"{PATH}/again")
        return (await browser.get(answer.headers["location"])).text, dead(house), audit(house, "retry_all")

    page, left, written = as_staff(tmp_path, story)

    assert ZH["done_trying_all"].format(n=3) in page
    assert ZH["undelivered_none"] in page
    assert left == 0
    assert len(written) == 1


def test_those_of_another_unit_are_not_there(tmp_path):
    async def story(house, browser, made):
        given_up(house, made["west"], "ann")
        page = (await browser.get(PATH)).text
        found = await alike(browser, f"{PATH}/1/again", f"{PATH}/{UNKNOWN}/again", x="1")
        await browser.post(f"{PATH}/again")
        return page, found, dead(house)

    page, (mine, unknown), left = as_staff(tmp_path, story)

    assert ZH["undelivered_none"] in page
    assert mine == unknown
    assert left == 1


@pytest.mark.parametrize("role", [Role.DUTY, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR])
def test_who_sees_no_channels_sees_none_of_it(tmp_path, role):
    async def story(house, browser, made):
        given_up(house, made["east"], "ann")
        asked = [(await browser.get(PATH)).status_code]
        asked += [(await browser.post(path)).status_code for path in (f"{PATH}/again", f"{PATH}/1/again")]
        return asked, dead(house)

    assert as_staff(tmp_path, story, role) == ([404, 404, 404], 1)


def test_the_list_is_paged_and_a_form_of_another_site_tries_nothing(tmp_path):
    async def story(house, browser, made):
        reads_news(house, made["east"], "reader")
        given_up(house, made["east"], *(f"person{number}" for number in range(9)))
        with house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE activity SET seats = 200")
        given_up(house, made["east"], *(f"more{number}" for number in range(51)))
        first = (await browser.get(PATH)).text
        second = (await browser.get(f"{PATH}?after=50")).text
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        refused = await browser.post(f"{PATH}/again", headers=headers)
        odd = [(await browser.get(f"{PATH}?after={value}")).status_code for value in ("x", "-1", "9" * 30)]
        return first, second, refused.status_code, dead(house), odd

    first, second, refused, left, odd = as_staff(tmp_path, story)

    assert first.count('/again"') == 51
    assert f'href="{PATH}?after=' in first
    assert 1 <= second.count('/again"') - 1 <= 20
    assert refused == 403
    assert left == 60
    assert set(odd) == {200}
