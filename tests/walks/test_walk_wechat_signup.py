"""From the first word in WeChat to the reminder: subscribed, on the list, in the queue, moved up, told, reminded."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from walk_house import VirtualTime, until
from walk_town import PLACE, TITLE, WeChatTown, wechat_town

from outreach.calendar.check import problems
from outreach.domain.actor import Actor
from outreach.domain.ids import ActivityId
from outreach.domain.people import Purpose
from outreach.domain.signup import Standing
from outreach.services import signups
from outreach.services.cards import Caller, PersonCard, RosterLine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ANN, BEA, CAI = "oFictionalAnn", "oFictionalBea", "oFictionalCai"
SEATED, MOVED_UP, QUEUED, REMINDED = "报好名了", "排到您了", "已经排上队", "活动快到了"


async def person(town: WeChatTown, openid: str) -> PersonCard:
    """What is kept of *openid*."""
    return await town.house.look(lambda uow: uow.people.at(Caller(town.house.app.lanes[0], openid)))


async def roster(town: WeChatTown, activity_id: ActivityId) -> list[RosterLine]:
    """Who comes, and who waits."""
    return await town.house.do(lambda uow: signups.roster(uow, Actor.operator(), activity_id, town.moving()))


async def told(town: WeChatTown, openid: str, about: str) -> str:
    """The one message with *about* that *openid* is sent; waits for it."""

    async def look() -> list[str]:
        return town.pushed(openid, about)

    (text,) = await until(look, f"a message with {about}")
    return str(text)


def link_in(text: str) -> str:
    """The calendar file that *text* leads to."""
    return next(word for word in text.split() if word.endswith(".ics"))


async def _forged(town: WeChatTown) -> int:
    """The status of a callback whose signature is of another token."""
    wire = town.wechat.pack(ANN, {"MsgType": "text", "Content": "活动", "MsgId": "1"})
    query = {**wire.query, "signature": "0" * 40, "msg_signature": "0" * 40}
    return (await asyncio.to_thread(town.wechat.post, wire.body, query)).status


async def _walk(folder: Path, database_url: str) -> None:
    async with wechat_town(folder, database_url, VirtualTime()) as town:
        card = await town.plan(town.moving() + timedelta(hours=30), seats=1)

        # Ann comes, subscribes, says where she lives, and takes the only seat
        assert await _forged(town) == 403
        assert await asyncio.to_thread(town.wechat.verify)
        assert "订阅" in await town.follows(ANN)
        await town.does(ANN, "订阅", "1")
        assert not (await person(town, ANN)).is_known  # she has not agreed to anything yet
        assert "住在哪" in await town.does(ANN, "同意")
        await town.does(ANN, "东坡")
        assert TITLE in await town.does(ANN, "活动")
        await town.does(ANN, "报名 1")
        joined = await town.does(ANN, "同意", msg_id="770077")
        again = await town.does(ANN, "同意", msg_id="770077")
        ann = await person(town, ANN)
        assert "第1号" in joined
        assert again == joined
        assert ann.region_name == "东坡村"
        assert ann.consents == {Purpose.TIPS, Purpose.NEWS, Purpose.TAKE_PART}
        hers = link_in(await told(town, ANN, SEATED))

        # it is full: Bea and Cai wait, one behind the other
        for openid in (BEA, CAI):
            await town.follows(openid)
            assert "满了" in await town.does(openid, "活动")
            assert "排上队" in await town.does(openid, f"报名 {card.number}", "同意")
            await told(town, openid, QUEUED)
        waiting = [(line.number, line.standing, line.turn) for line in await roster(town, card.id)]
        assert waiting == [(1, Standing.SEATED, None), (2, Standing.WAITING, 1), (3, Standing.WAITING, 2)]

        # a day later Ann gives her seat back; Bea moves up and hears of it, for WeChat still lets us write to her
        town.moving.pass_by(timedelta(hours=20))
        assert "取消好了" in await town.does(ANN, f"取消 {card.number}")
        bea_is_in = await told(town, BEA, MOVED_UP)
        assert PLACE in bea_is_in
        places = {line.number: line.standing for line in await roster(town, card.id)}
        assert (places[2], places[3]) == (Standing.SEATED, Standing.WAITING)
        assert not places.get(1, Standing.WITHDRAWN).holds_seat

        # two hours ahead Bea alone is reminded, once
        town.moving.pass_by(timedelta(hours=8) - timedelta(seconds=1))
        assert town.pushed(BEA, REMINDED) == []
        town.moving.pass_by(timedelta(seconds=2))
        await told(town, BEA, REMINDED)
        town.moving.pass_by(timedelta(minutes=90))
        assert "在排队" in await town.does(CAI, "我的")  # whatever waited for Cai would have come with this answer
        everybody = [town.pushed(openid, REMINDED) for openid in (ANN, BEA, CAI)]
        assert [len(messages) for messages in everybody] == [0, 1, 0]
        assert [len(town.pushed(openid, MOVED_UP)) for openid in (ANN, BEA, CAI)] == [0, 1, 0]

        # and Bea's calendar has it, Ann's has it no more
        bea_calendar, ann_calendar = await town.house.get(link_in(bea_is_in)), await town.house.get(hers)
        assert problems(bea_calendar[1].encode()) == []
        assert (bea_calendar[0], ann_calendar[0]) == (200, 200)
        assert TITLE in bea_calendar[1]
        assert f"DTSTART:{card.starts_at:%Y%m%dT%H%M%SZ}" in bea_calendar[1]
        assert "STATUS:CANCELLED" not in bea_calendar[1]
        assert "STATUS:CANCELLED" in ann_calendar[1]


def test_a_sign_up_from_the_first_word_in_wechat_to_the_reminder(tmp_path: Path, database_url: str):
    asyncio.run(_walk(tmp_path, database_url))
