"""Safety alerts in the console: taken by one, closed with what came of it, and never a word of the person."""

from __future__ import annotations

import re

import pytest
from console_scene import as_staff, employ, sign_in
from office_scene import UNKNOWN, alerts, alike, audit

from outreach.domain.actor import Role
from outreach.web.console.words import WORDS

PATH = "/console/alerts"
ZH = WORDS["zh"]


def state_of(house, alert) -> tuple[str, str | None]:
    with house.core.database.reading() as uow:
        card = uow.alerts.get(alert)
    return card.state.value, card.acknowledged_by


def on_duty(folder, story, unit="east"):
    return as_staff(folder, story, Role.DUTY, unit)


def test_an_alert_is_taken_and_closed_with_what_came_of_it(tmp_path):
    async def story(house, browser, made):
        alert = alerts(house, made["east"], "secret-name")
        before = (await browser.get(PATH)).text
        taken = await browser.post(f"{PATH}/{alert}/take")
        mine = state_of(house, alert)
        between = (await browser.get(PATH)).text
        closed = await browser.post(f"{PATH}/{alert}/close", data={"outcome": "reached"})
        return before, taken, mine, between, closed, state_of(house, alert), audit(house)

    before, taken, mine, between, closed, last, written = on_duty(tmp_path, story)

    assert ZH["take_alert"] in before
    assert "secret-name" not in before + between
    assert "zh.1" not in before
    assert (taken.status_code, mine[0]) == (303, "acknowledged")
    assert ZH["what_came"] in between
    assert (closed.status_code, last[0]) == (303, "closed")
    assert [action for _, action, subject in written if subject == "alert"] == ["acknowledge", "close"]
    assert "alerts" in {subject for _, action, subject in written if action == "list"}


def test_of_two_only_one_takes_it(tmp_path):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        employ(house, "wang", Role.DUTY, made["east"].id)
        first = await browser.post(f"{PATH}/{alert}/take")
        again = await browser.post(f"{PATH}/{alert}/take")
        by = state_of(house, alert)[1]
        browser.cookies.clear()
        await sign_in(browser, "wang")
        second = await browser.post(f"{PATH}/{alert}/take")
        return first.status_code, again.status_code, second, by, state_of(house, alert)[1]

    first, again, second, by, after = on_duty(tmp_path, story)

    assert first == 303
    assert again in {303, 409}
    assert second.status_code in {303, 409}
    assert by == after


@pytest.mark.parametrize("outcome", ["", "cured", "REACHED", "<b>"])
def test_what_came_of_it_is_one_of_our_words(tmp_path, outcome):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        await browser.post(f"{PATH}/{alert}/take")
        return (await browser.post(f"{PATH}/{alert}/close", data={"outcome": outcome})).status_code, state_of(
            house, alert
        )[0]

    assert on_duty(tmp_path, story) == (404, "acknowledged")


def test_what_nobody_has_taken_is_not_closed(tmp_path):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        answer = await browser.post(f"{PATH}/{alert}/close", data={"outcome": "reached"})
        return answer.status_code, state_of(house, alert)[0]

    code, state = on_duty(tmp_path, story)

    assert code == 409
    assert state in {"raised", "sent"}


@pytest.mark.parametrize("deed", ["take", "close"])
def test_an_alert_of_elsewhere_is_as_unknown_as_one_that_does_not_exist(tmp_path, deed):
    async def story(house, browser, made):
        theirs = alerts(house, made["west"])
        found = await alike(browser, f"{PATH}/{theirs}/{deed}", f"{PATH}/{UNKNOWN}/{deed}", outcome="reached")
        return found, state_of(house, theirs)[0], (await browser.get(PATH)).text

    (mine, unknown), state, page = on_duty(tmp_path, story)

    assert mine == unknown
    assert state in {"raised", "sent"}
    assert ZH["alerts_none"] in page


def test_a_county_sees_the_alerts_of_its_villages_and_leaves_them_to_who_is_on_duty(tmp_path):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        page = (await browser.get(PATH)).text
        return page, (await browser.post(f"{PATH}/{alert}/take")).status_code

    page, code = as_staff(tmp_path, story, Role.AREA_ADMIN, "town")

    assert "东坡村" in page
    assert "/take" not in page
    assert code == 404


@pytest.mark.parametrize("role", [Role.VILLAGE_ADMIN, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR])
def test_who_has_not_to_do_with_alerts_sees_none(tmp_path, role):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        return (await browser.get(PATH)).status_code, (await browser.post(f"{PATH}/{alert}/take")).status_code

    assert as_staff(tmp_path, story, role) == (404, 404)


def test_a_form_of_another_site_takes_nothing(tmp_path):
    async def story(house, browser, made):
        alert = alerts(house, made["east"])
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        return (await browser.post(f"{PATH}/{alert}/take", headers=headers)).status_code, state_of(house, alert)[1]

    assert on_duty(tmp_path, story) == (403, None)


def test_a_long_list_is_paged_newest_first(tmp_path):
    async def story(house, browser, made):
        made_in_order = [int(alerts(house, made["east"], f"p{number}")) for number in range(35)]
        first = (await browser.get(PATH)).text
        second = (await browser.get(re.search(rf'href="({PATH}\?before=\d+)"', first)[1])).text
        return made_in_order, [re.findall(rf'action="{PATH}/(\d+)/take"', page) for page in (first, second)]

    everybody, (first, second) = on_duty(tmp_path, story)

    assert [int(one) for one in first + second] == everybody[::-1]
