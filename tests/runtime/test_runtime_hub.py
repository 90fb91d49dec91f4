"""Inbound: once only, within time, and safety before everything."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from runtime_scene import WECHAT, add_activity, in_house, open_house, request_of, respond, say

from outreach.bootstrap import SPOOL_FILE, App
from outreach.domain.messages import Message
from outreach.runtime import hub as hub_module
from outreach.services.cards import Caller

CRISIS = "我真的不想活了"


async def _joined(house: App, openid: str = "ann") -> None:
    await say(house, openid, "报名 100", "1")
    await say(house, openid, "同意", "2")


def _sign_ups(house: App) -> int:
    with house.core.database.reading() as uow:
        card = uow.activities.card(1)
        return card.seated + card.waiting


def test_a_message_that_wechat_delivers_again_gets_the_first_answer(tmp_path: Path):
    async def story(house: App) -> tuple[str | None, str | None, int]:
        add_activity(house)
        await say(house, "ann", "报名 100", "76")
        first = await say(house, "ann", "同意", "77")
        again = await say(house, "ann", "同意", "77")
        return first, again, _sign_ups(house)

    first, again, count = in_house(tmp_path, story)

    assert first is not None
    assert again == first
    assert count == 1


def test_two_copies_at_the_same_moment_have_one_effect_and_one_answer(tmp_path: Path):
    async def story(house: App) -> tuple[list[str | None], int]:
        add_activity(house)
        await say(house, "ann", "报名 100", "1")
        copies = await asyncio.gather(*(say(house, "ann", "同意", "2") for _ in range(6)))
        return list(copies), _sign_ups(house)

    copies, count = in_house(tmp_path, story)

    assert len(set(copies)) == 1
    assert count == 1


def test_a_rush_through_the_hook_oversells_nothing(tmp_path: Path):
    async def story(house: App) -> tuple[int, int]:
        add_activity(house, seats=5)
        people = [f"person-{number}" for number in range(20)]
        await asyncio.gather(
            *(say(house, person, "报名 100", str(1000 + place)) for place, person in enumerate(people))
        )
        await asyncio.gather(*(say(house, person, "同意", str(2000 + place)) for place, person in enumerate(people)))
        with house.core.database.reading() as uow:
            card = uow.activities.card(1)
        return card.seated, card.waiting

    assert in_house(tmp_path, story) == (5, 15)


def test_a_message_that_was_stored_and_interrupted_is_answered_after_the_restart(tmp_path: Path):
    incoming = Message("77", "ann", "活动", datetime.now(UTC))

    async def interrupted(house: App) -> None:
        add_activity(house)
        with house.core.database.unit_of_work() as uow:
            uow.inbox.receive(Caller(WECHAT, "ann"), WECHAT, incoming, datetime.now(UTC) - timedelta(seconds=60))

    async def restarted(house: App) -> tuple[int, list[str | None]]:
        driven = await house.hub.redrive()
        return driven, [await say(house, "ann", "活动", "77") for _ in range(2)]

    in_house(tmp_path, interrupted)
    driven, read = in_house(tmp_path, restarted)

    assert driven == 1
    assert "手工沙龙" in str(read[0])
    assert read[1] == read[0]


def test_an_answer_that_nobody_waited_for_any_more_rides_with_the_next(tmp_path: Path):
    incoming = Message("77", "ann", "活动", datetime.now(UTC))

    async def story(house: App) -> str | None:
        add_activity(house)
        with house.core.database.unit_of_work() as uow:
            uow.inbox.receive(Caller(WECHAT, "ann"), WECHAT, incoming, datetime.now(UTC) - timedelta(seconds=60))
        await house.hub.redrive()
        return await say(house, "ann", "帮助", "78")

    assert "手工沙龙" in str(in_house(tmp_path, story))


def test_a_cry_for_help_that_was_interrupted_is_answered_for_the_danger(tmp_path: Path):
    incoming = Message("77", "ann", "我不想活了", datetime.now(UTC))

    async def story(house: App) -> tuple[str | None, int]:
        with house.core.database.unit_of_work() as uow:
            uow.inbox.receive(Caller(WECHAT, "ann"), WECHAT, incoming, datetime.now(UTC) - timedelta(seconds=60))
        await house.hub.redrive()
        await house.guard.close()
        with house.core.database.reading() as uow:
            return await say(house, "ann", "帮助", "78"), uow.alerts.count_open()

    read, alerts = in_house(tmp_path, story)

    assert "120" in str(read) or "110" in str(read)
    assert alerts == 1


def test_a_message_that_cannot_be_handled_is_quarantined_after_three_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(hub_module, "REDRIVE_AFTER", timedelta(0))

    async def story(house: App) -> tuple[int, list[int]]:
        house.hub._doors[WECHAT] = _with_a_bug(house)
        response = await respond(house, "ann", "一句只有她说过的话", "9")
        driven = [await house.hub.redrive() for _ in range(4)]
        return response.status, driven

    status, driven = in_house(tmp_path, story)

    assert status == 503
    assert driven == [1, 1, 0, 0]
    assert "只有她说过" not in caplog.text


def _with_a_bug(house: App):
    from dataclasses import replace

    door = house.hub._doors[WECHAT]

    def respond(*_: object) -> tuple[()]:
        raise ZeroDivisionError

    return replace(door, _counter=replace(door.counter, respond=respond))


def test_somebody_in_danger_is_answered_while_the_database_is_locked(tmp_path: Path):
    async def story(house: App) -> tuple[str | None, float]:
        other = sqlite3.connect(tmp_path / "var" / "outreach.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            answer = await asyncio.wait_for(say(house, "ann", CRISIS, "1"), 3)
        finally:
            other.rollback()
            other.close()
        await house.guard.close()
        with house.core.database.reading() as uow:
            return answer, uow.alerts.count_open()

    answer, alerts = in_house(tmp_path, story)

    assert answer is not None
    assert "12356" in answer
    assert alerts == 1


def test_an_alert_that_cannot_be_stored_waits_sealed_in_the_spool(tmp_path: Path):
    spool = tmp_path / "var" / SPOOL_FILE

    async def story(house: App) -> tuple[str | None, bytes, int]:
        await house.bridge.close()  # the store is gone: nothing can be written any more
        answer = await say(house, "ann", CRISIS, "1")
        await house.guard.close()
        return answer, spool.read_bytes(), 0

    async def restarted(house: App) -> tuple[bool, int]:
        await house.guard.store_spooled()
        with house.core.database.reading() as uow:
            return spool.exists(), uow.alerts.count_open()

    answer, kept, _ = in_house(tmp_path, story)

    assert answer is not None
    assert b"ann" not in kept
    assert CRISIS.encode() not in kept
    assert in_house(tmp_path, restarted) == (False, 1)


def test_the_same_words_of_danger_twice_get_the_same_reply_and_one_alert(tmp_path: Path):
    async def story(house: App) -> tuple[str | None, str | None, int]:
        first = await say(house, "ann", CRISIS, "5")
        again = await say(house, "ann", CRISIS, "5")
        await house.guard.close()
        with house.core.database.reading() as uow:
            return first, again, uow.alerts.count_open()

    first, again, alerts = in_house(tmp_path, story)

    assert first == again
    assert alerts == 1


def test_a_number_answers_the_question_of_the_safety_reply(tmp_path: Path):
    async def story(house: App) -> tuple[str | None, str | None]:
        asked = await say(house, "ann", CRISIS, "1")
        await house.guard.close()
        return asked, await say(house, "ann", "1", "2")

    asked, answer = in_house(tmp_path, story)

    assert asked is not None
    assert answer is not None
    assert answer != asked
    assert "120" in answer


def test_a_command_with_words_of_danger_is_answered_for_the_danger(tmp_path: Path):
    async def story(house: App) -> str | None:
        add_activity(house)
        await _joined(house)
        return await say(house, "ann", "取消 100，反正我也不想活了", "3")

    answer = in_house(tmp_path, story)

    assert answer is not None
    assert "12356" in answer


def test_an_answer_that_takes_too_long_is_held_back_and_given_to_the_redelivery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub_module, "REPLY_BUDGET", 0.2)

    async def story(house: App) -> tuple[int, str | None]:
        other = sqlite3.connect(tmp_path / "var" / "outreach.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        first = await respond(house, "ann", "菜单", "8")
        other.rollback()
        other.close()
        monkeypatch.setattr(hub_module, "REPLY_BUDGET", 5.0)
        return first.status, await say(house, "ann", "菜单", "8")

    status, answer = in_house(tmp_path, story)

    assert status == 503
    assert answer is not None


def test_a_forged_request_stores_nothing(tmp_path: Path):
    async def story(house: App) -> tuple[int, int]:
        genuine = request_of("ann", "菜单", "1")
        forged = type(genuine)(
            genuine.method,
            {**genuine.query, "msg_signature": "0" * 40},
            genuine.headers,
            genuine.body,
            genuine.received_at,
        )
        response = await house.hub.serve(WECHAT, forged)
        assert response is not None
        with house.core.database.reading() as uow:
            return response.status, len(uow.inbox.unanswered([WECHAT], datetime.now(UTC) + timedelta(days=1), 10))

    assert in_house(tmp_path, story) == (403, 0)


def test_an_unknown_lane_has_no_hook(tmp_path: Path):
    async def story(house: App) -> object:
        return await house.hub.serve("nowhere", request_of("ann", "菜单", "1"))

    assert in_house(tmp_path, story) is None


def test_who_unfollows_is_forgotten_and_their_seat_goes_on(tmp_path: Path):
    async def story(house: App) -> tuple[int, bool]:
        add_activity(house, seats=1)
        await _joined(house)
        await _unfollow(house, "ann")
        with house.core.database.reading() as uow:
            return uow.activities.card(1).seated, uow.people.at(Caller(WECHAT, "ann")).is_known

    assert in_house(tmp_path, story) == (0, False)


async def _unfollow(house: App, openid: str) -> None:
    from runtime_scene import ACCOUNT

    from outreach.channels.base import HookRequest
    from outreach.testing.wechat_wire import compose, pack

    now = datetime.now(UTC)
    fields = {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""}
    wire = pack(ACCOUNT, compose(ACCOUNT, openid, int(now.timestamp()) + 2, fields), int(now.timestamp()), "1")
    await house.hub.serve(WECHAT, HookRequest("POST", wire.query, {}, wire.body, now))


def test_a_second_house_on_the_same_database_is_refused(tmp_path: Path):
    from outreach.domain.errors import Fault

    async def story(_house: App) -> None:
        async with open_house(tmp_path):
            pass

    with pytest.raises(Fault):
        in_house(tmp_path, story)
