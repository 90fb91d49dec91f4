"""One's own calendar: an address nobody can guess, the page that helps to subscribe, taken back when renewed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from web_scene import add, visit

from outreach.domain.actor import Actor
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, people, signups
from outreach.services.cards import Caller
from outreach.services.people import Arrival, Notice
from outreach.web.words import WORDS

ZH = WORDS["zh"]


def joined(house, *cards):
    """A resident with a place in each of *cards*, and the path of their own calendar's page."""
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        arrival = Arrival(Language.ZH)
        person = people.agree(
            uow, Caller(LaneName("webchat"), "lin"), (Purpose.TAKE_PART,), Notice("1", "0" * 16), arrival, now
        )
        resident = ResidentId(int(person.resident_id or 0))
        for card in cards:
            signups.sign_up(uow, resident, card.id, now)
        return resident, path_of(house.feeds.own_address(uow, resident, now))


def path_of(address):
    return "/" + address.partition("://")[2].partition("/")[2]


def test_it_holds_what_one_joined_privately_and_follows_each_change(tmp_path):
    async def story(house, browser):
        mine, hidden, others = add(house, "太极晨练"), add(house, "同伴小组", restricted=True), add(house, "别人的活动")
        resident, page = joined(house, mine, hidden)
        before = await browser.get(f"{page}.ics")
        same = await browser.get(f"{page}.ics", headers={"if-none-match": before.headers["etag"]})
        with house.core.database.unit_of_work() as uow:
            activities.call_off(uow, Actor.operator(), mine.id, datetime.now(UTC))
            signups.withdraw(uow, resident, hidden.id, datetime.now(UTC))
        return mine, others, before, same, (await browser.get(f"{page}.ics")).text

    mine, others, before, same, after = visit(tmp_path, story)

    assert before.text.count("BEGIN:VEVENT") == 2
    assert before.text.count("CLASS:PRIVATE") == 2
    assert (mine.uid in before.text, others.uid in before.text, "同伴小组" in before.text) == (True, False, False)
    assert same.status_code == 304
    assert after.count("STATUS:CANCELLED") == 2
    assert [int(number) for number in re.findall(r"SEQUENCE:(\d+)", after)] == [1, 1]
    assert before.headers["cache-control"] == "private, no-cache"


def test_the_page_helps_and_the_address_can_be_taken_back(tmp_path):
    async def story(house, browser):
        resident, page = joined(house, add(house))
        shown = await browser.get(page)
        in_wechat = await browser.get(page, headers={"user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"})
        with house.core.database.unit_of_work() as uow:
            fresh = path_of(house.feeds.new_own_address(uow, resident, datetime.now(UTC)))
        old = [(await browser.get(path)).status_code for path in (page, f"{page}.ics")]
        with house.core.database.unit_of_work() as uow:
            renewed = (await browser.get(f"{fresh}.ics")).status_code
            people.erase_resident(uow, resident, datetime.now(UTC))
        return page, shown, in_wechat.text, old, renewed, (await browser.get(f"{fresh}.ics")).status_code

    page, shown, in_wechat, old, renewed, forgotten = visit(tmp_path, story)

    assert re.search(rf'href="webcal://[^"]+{page}\.ics"', shown.text)
    assert f'{page}.ics" readonly' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert (ZH["follow_wechat"] in shown.text, ZH["follow_wechat"] in in_wechat) == (False, True)
    assert old == [404, 404]
    assert (renewed, forgotten) == (200, 404)


def test_anybody_may_subscribe_to_the_public_calendar_and_nobody_guesses_an_own_one(tmp_path):
    async def story(house, browser):
        public = await browser.get("/feeds")
        guesses = [f"/feeds/p/{token}{end}" for token in ("a" * 32, "x", "..%2F", "A" * 32) for end in ("", ".ics")]
        return public.text, {(await browser.get(path)).status_code for path in guesses}

    public, statuses = visit(tmp_path, story)

    assert "/feeds/public.ics" in public
    assert ZH["follow_secret"] not in public
    assert statuses == {404}
