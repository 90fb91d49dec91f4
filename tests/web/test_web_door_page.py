"""The page behind the code at the door: whoever signed up on this telephone is checked in there, others are led on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from web_scene import add, visit

from outreach.domain.actor import Actor
from outreach.services import attendance
from outreach.web.words import WORDS

ZH = next(iter(WORDS.values()))


def opened(house, **changes):
    """An activity of the day after tomorrow, and the digits on its door."""
    card = add(house, **changes)
    with house.core.database.unit_of_work() as uow:
        return card, attendance.opened(uow, Actor.operator(), card.id).code


async def sign_up(browser, card):
    page = (await browser.get(f"/a/{card.slug}/join")).text
    notice = re.search(r'name="notice" value="(\w+)"', page)
    await browser.post(f"/a/{card.slug}/join", data={"party": "2", "nickname": "", "notice": notice[1]})


def test_who_signed_up_on_this_telephone_is_checked_in_with_one_tap(tmp_path):
    async def story(house, browser):
        card, code = opened(house)
        await sign_up(browser, card)
        house.clock = lambda: card.starts_at - timedelta(minutes=5)
        page = await browser.get(f"/in/{card.slug}?c={code}")
        answers = [await browser.post(f"/in/{card.slug}", data={"code": code}) for _ in range(2)]
        with house.core.database.reading() as uow:
            return page, answers, code, attendance.numbers_of(uow, Actor.operator(), card.id)

    page, answers, code, numbers = visit(tmp_path, story)

    assert f"签到 {code}" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert ["签到好了" in answer.text for answer in answers] == [True, False]
    assert (numbers.attended, numbers.expected) == (2, 2)


@pytest.mark.parametrize(("code", "status", "said"), [("12", 422, "door_code_wrong"), ("0000", 409, "door_unknown")])
def test_what_cannot_be_helped_here_is_told_with_the_way_on(tmp_path, code, status, said):
    async def story(house, browser):
        card, _ = opened(house)
        return await browser.post(f"/in/{card.slug}", data={"code": code})

    answer = visit(tmp_path, story)

    assert answer.status_code == status
    assert ZH[said] in answer.text


def test_the_page_says_nothing_of_an_activity_by_invitation_and_a_draft_has_none(tmp_path):
    async def story(house, browser):
        card, code = opened(house, restricted=True, title="安静的一小时")
        draft = add(house, "草稿", draft=True)
        return [await browser.get(f"/in/{slug}?c={code}") for slug in (card.slug, draft.slug, "none")]

    shown, *missing = visit(tmp_path, story)

    assert shown.status_code == 200
    assert "安静的一小时" not in shown.text
    assert [page.status_code for page in missing] == [404, 404]
