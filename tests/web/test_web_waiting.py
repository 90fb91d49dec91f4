"""Pages that wait for news: let go at once when the house closes, told at once when something comes."""

from __future__ import annotations

import asyncio

from web_scene import visit

from outreach.channels.webchat import COOKIE, visitor_of
from outreach.domain.messages import MessageKind, Outgoing
from outreach.web.chat import PATIENCE


async def _until_it_waits(house) -> None:
    while not house.mailbox._waiters:
        await house.bridge.read(lambda _uow: None)


def test_a_page_that_waits_is_let_go_when_the_house_closes(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        waiting = asyncio.create_task(browser.get("/chat/updates?after=0"))
        await asyncio.wait_for(_until_it_waits(house), 20)
        house.mailbox.close()
        return await asyncio.wait_for(waiting, PATIENCE / 2)  # the whole patience would be longer

    answer = visit(tmp_path, story)

    assert (answer.status_code, answer.json()) == (200, {"messages": []})


def test_two_open_pages_of_one_person_are_both_told(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        person = visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")
        pages = [asyncio.create_task(browser.get("/chat/updates?after=0")) for _ in range(2)]
        await asyncio.wait_for(_until_it_waits(house), 20)
        await house.mailbox.append(house.webchat.lane, person, Outgoing(MessageKind.REMINDER, "快到了"), "k1")
        return [(await asyncio.wait_for(page, PATIENCE / 2)).json()["messages"] for page in pages]

    first, second = visit(tmp_path, story)

    assert [one["text"] for one in first] == ["快到了"]
    assert second == first
