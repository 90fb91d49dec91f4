"""Outbound: what is due is sent once, what fails is kept, and a crash leaves nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import open_core
from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.domain.messages import (
    Capabilities,
    Halted,
    Language,
    MessageKind,
    Outcome,
    Outgoing,
    RetryLater,
    Sent,
    Unconfirmed,
    Unreachable,
)
from outreach.domain.people import Purpose
from outreach.runtime import sender as sender_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.sender import Sender
from outreach.services import dispatch, people
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft
from outreach.services.dispatch import Outlet, Ready, Result
from outreach.services.people import Arrival, Notice
from outreach.services.ports import UnitOfWork
from outreach.settings import load
from outreach.testing import FrozenClock

LANE = LaneName("line")
ABLE = Capabilities(
    text_limit=100, text_unit="characters", buttons=True, max_buttons=4, files=True, may_push=True,
    replies_in_place=0, rate_per_second=1000, max_in_flight=4,
)  # fmt: skip


@dataclass
class Line:
    """A network of ours for one test: answers as *script* says, then takes everything."""

    script: list[Outcome | Exception] = field(default_factory=list)
    got: list[tuple[str, str, str]] = field(default_factory=list)
    slow: str = ""
    """A text that is taken and never answered."""
    lane = LANE
    capabilities = ABLE
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, number: int) -> None:
        """Return once so many messages came."""
        while len(self.got) < number:
            self.news.clear()
            await self.news.wait()

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        self.got.append((to, message.text, key))
        self.news.set()
        if message.text == self.slow:
            await asyncio.Event().wait()
        outcome = self.script.pop(0) if self.script else Sent("x")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Scene:
    """A sender over a real ledger, a line and a clock that stands still."""

    def __init__(self, folder: Path, script: list[Outcome | Exception]) -> None:
        self.core = open_core(load({"OUTREACH_DATA_DIR": str(folder / "var")}, folder))
        self.clock = FrozenClock(datetime(2026, 11, 23, 1, tzinfo=UTC))
        self.line = Line(script)

    def queue(self, *texts: str, to: str | None = None) -> None:
        with self.core.database.unit_of_work() as uow:
            for number, text in enumerate(texts):
                uow.deliveries.add_reply(
                    Caller(LANE, to or f"user-{number}"),
                    f"k{number}{to}",
                    Outgoing(MessageKind.REPLY, text),
                    Language.EN,
                    self.clock(),
                )

    def announce(self, to: str, purpose: Purpose) -> None:
        """Queue news for somebody who has agreed to *purpose* alone."""
        now, about = self.clock(), MessageKind.ANNOUNCEMENT
        with self.core.database.unit_of_work() as uow:
            arrival = Arrival(Language.EN)
            person = people.agree(uow, Caller(LANE, to), [purpose], Notice("test", "0" * 16), arrival, now)
            assert person.resident_id is not None
            news = (Outgoing(about, "news"),)
            uow.deliveries.add([Draft(about, f"news:{to}", person.resident_id, now, {"about": "news"}, body=news)], now)

    def drain(self, times: int = 1, owner: str = "one", later: timedelta = timedelta()) -> None:
        async def story(sender: Sender, _bridge: Bridge) -> None:
            for _ in range(times):
                self.clock.advance(later)
                await sender.drain()

        self.play(story, owner)

    def play(self, story: Callable[[Sender, Bridge], Awaitable[None]], owner: str = "one") -> None:
        async def whole() -> None:
            bridge = Bridge(self.core.database, lambda _lanes: None)
            bridge.start()
            outlet = Outlet(LANE, ABLE, self.core.desk, None)
            await story(Sender(bridge, self.line, outlet, "line", owner, self.clock), bridge)  # type: ignore[arg-type]
            await bridge.close()

        asyncio.run(whole())

    def counts(self) -> dict[str, int]:
        with self.core.database.reading() as uow:
            return {state: number for state, number in uow.deliveries.counts().items() if number}

    def do(self, work: Callable[[UnitOfWork], object]) -> None:
        with self.core.database.unit_of_work() as uow:
            work(uow)


def test_what_is_due_is_sent_once(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("one", "two", "three", "four", "five", "six")

    scene.drain(times=2)

    assert sorted(text for _, text, _ in scene.line.got) == ["five", "four", "one", "six", "three", "two"]
    assert scene.counts() == {"sent": 6}


def test_what_can_go_is_not_held_up_by_more_than_a_batch_of_what_may_not(tmp_path: Path):
    scene = Scene(tmp_path, [])
    unwilling = 3 * ABLE.max_in_flight
    for number in range(unwilling):
        scene.announce(f"unwilling-{number}", Purpose.TAKE_PART)
    scene.announce("willing", Purpose.NEWS)

    scene.drain()

    assert [to for to, _, _ in scene.line.got] == ["willing"]
    assert scene.counts() == {"sent": 1, "withdrawn": unwilling}


def test_a_throttled_message_waits_as_told_and_goes_then(tmp_path: Path):
    scene = Scene(tmp_path, [RetryLater(timedelta(seconds=60))])
    scene.queue("one")

    scene.drain()
    before = len(scene.line.got)
    scene.drain(later=timedelta(seconds=30))
    still = len(scene.line.got)
    scene.drain(later=timedelta(seconds=31))

    assert (before, still, len(scene.line.got)) == (1, 1, 2)
    assert scene.counts() == {"sent": 1}


def test_a_reply_whose_fate_is_unknown_is_sent_again(tmp_path: Path):
    scene = Scene(tmp_path, [Unconfirmed("timeout")])
    scene.queue("one")

    scene.drain(times=3, later=timedelta(seconds=30))

    assert len(scene.line.got) == 2
    assert scene.counts() == {"sent": 1}


def test_an_adapter_that_raises_counts_as_unknown_and_stops_nobody_else(tmp_path: Path):
    scene = Scene(tmp_path, [RuntimeError("bug")])
    scene.queue("one", "two")

    scene.drain(times=3, later=timedelta(seconds=30))

    assert scene.counts() == {"sent": 2}


def test_who_is_gone_is_not_written_to_again(tmp_path: Path):
    scene = Scene(tmp_path, [Unreachable("blocked")])
    scene.queue("one")

    scene.drain(times=3, later=timedelta(minutes=10))

    assert len(scene.line.got) == 1
    assert scene.counts() == {"failed": 1}


def test_after_trouble_one_tries_the_way_before_the_others_follow(tmp_path: Path):
    gone = RetryLater(timedelta(seconds=5), whole_lane=True, code="refused")
    scene = Scene(tmp_path, [gone] * (ABLE.max_in_flight + 3))
    scene.queue(*"abcdefghij")
    tried = []

    async def story(sender: Sender, _bridge: Bridge) -> None:
        for seconds in (0, 5, 9, 10, 20, 39, 40):
            scene.clock.advance(timedelta(seconds=seconds))
            before = len(scene.line.got)
            await sender.drain()
            tried.append(len(scene.line.got) - before)

    scene.play(story)

    # Pauses of 5, 10, 20 and 40 s; then one gets through, and all the others at once.
    assert tried == [ABLE.max_in_flight, 1, 0, 1, 1, 0, 10]
    assert scene.counts() == {"sent": 10}


def test_an_hour_without_the_platform_costs_no_try_and_few_calls(tmp_path: Path):
    gone = RetryLater(timedelta(seconds=5), whole_lane=True, code="refused")
    scene = Scene(tmp_path, [gone] * 1_000)
    scene.queue(*(str(number) for number in range(50)))

    async def story(sender: Sender, _bridge: Bridge) -> None:
        for _ in range(3_600):
            scene.clock.advance(timedelta(seconds=1))
            await sender.drain()
        scene.line.script.clear()
        for _ in range(61):
            scene.clock.advance(timedelta(seconds=1))
            await sender.drain()

    scene.play(story)

    assert len(scene.line.got) <= 50 + ABLE.max_in_flight + 5 + 60
    assert scene.counts() == {"sent": 50}


def test_trouble_with_the_account_stops_the_lane_and_loses_nothing(tmp_path: Path):
    scene = Scene(tmp_path, [Halted("http_401", "telegram_token_revoked")])
    scene.queue("one")

    scene.drain(times=2)
    in_trouble = (len(scene.line.got), scene.counts())
    scene.drain(later=timedelta(minutes=10))

    assert in_trouble == (1, {"queued": 1})
    assert scene.counts() == {"sent": 1}


def test_a_long_text_goes_in_parts_and_goes_on_where_it_stopped(tmp_path: Path):
    scene = Scene(tmp_path, [Sent("a"), RetryLater(timedelta(seconds=5))])
    scene.queue("甲" * 90 + "。" + "乙" * 90 + "。")

    scene.drain(times=2, later=timedelta(seconds=10))

    firsts = [text[0] for _, text, _ in scene.line.got]
    assert firsts == ["甲", "乙", "乙"]
    assert scene.counts() == {"sent": 1}


def test_what_a_killed_process_had_in_the_air_is_not_lost(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("leased", "calling")

    def half_way(uow: UnitOfWork) -> None:
        now = scene.clock()
        epoch = uow.lanes.take(LANE, "line", "killed", now, timedelta(seconds=30))
        assert epoch is not None
        letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=2, now=now, lease=timedelta(seconds=60))
        uow.deliveries.mark_calling([letters[1].id], epoch=epoch, now=now)

    scene.do(half_way)
    scene.drain(owner="next")
    while_held = len(scene.line.got)
    scene.drain(times=3, owner="next", later=timedelta(seconds=61))

    assert while_held == 0
    assert scene.counts() == {"sent": 2}


def test_two_senders_do_not_drive_one_lane(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("one")
    scene.do(lambda uow: uow.lanes.take(LANE, "line", "other", scene.clock(), timedelta(seconds=30)))

    scene.drain()

    assert scene.line.got == []


def test_what_is_for_one_person_comes_in_order_though_the_first_has_to_wait(tmp_path: Path):
    scene = Scene(tmp_path, [RetryLater(timedelta(seconds=5))])
    scene.queue("one", "two", "three", to="ann")

    scene.drain()
    in_between = ([text for _, text, _ in scene.line.got], scene.counts())
    scene.drain(times=3, later=timedelta(seconds=6))

    assert in_between == (["one"], {"queued": 3})
    assert [text for _, text, _ in scene.line.got] == ["one", "one", "two", "three"]


def test_those_who_waited_behind_another_have_lost_no_try(tmp_path: Path):
    scene = Scene(tmp_path, [Unconfirmed("timeout")] * 6)
    scene.queue("one", "two", to="ann")

    scene.drain(times=8, later=timedelta(minutes=6))

    assert [text for _, text, _ in scene.line.got] == ["one"] * 7 + ["two"]
    assert scene.counts() == {"sent": 2}


def test_one_who_must_wait_holds_up_nobody_else(tmp_path: Path):
    scene = Scene(tmp_path, [RetryLater(timedelta(seconds=60))])
    scene.queue("one", "two", "three")

    scene.drain()

    assert scene.counts() == {"queued": 1, "sent": 2}


def test_a_write_that_fails_once_makes_nobody_hear_it_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scene = Scene(tmp_path, [])
    scene.queue("one", "two")
    broken = {"once"}
    really = dispatch.exchange

    def fails_once(uow: UnitOfWork, outlet: Outlet, results: Sequence[Result], **more: Any) -> list[Ready]:
        if results and broken:
            broken.clear()
            raise Fault("the database is locked", "wait")
        return really(uow, outlet, results, **more)

    monkeypatch.setattr(dispatch, "exchange", fails_once)

    async def story(sender: Sender, _bridge: Bridge) -> None:
        with pytest.raises(Fault):
            await sender.drain()
        scene.clock.advance(timedelta(seconds=10))
        await sender.drain()

    scene.play(story)

    assert sorted(text for _, text, _ in scene.line.got) == ["one", "two"]
    assert scene.counts() == {"sent": 2}


def test_what_a_failed_write_left_in_the_air_is_brought_back_by_the_same_process(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("one")

    async def story(sender: Sender, bridge: Bridge) -> None:
        await sender.drain()
        scene.queue("two", to="bob")
        await bridge.write(lost_between_claim_and_wire)
        with pytest.raises(Fault):
            await drain_on_a_failing_bridge(sender, bridge)
        await sender.drain()
        scene.clock.advance(timedelta(seconds=10))
        await sender.drain()

    def lost_between_claim_and_wire(uow: UnitOfWork) -> None:
        now = scene.clock()
        epoch = uow.lanes.take(LANE, "line", "one", now, timedelta(seconds=30))
        assert epoch is not None
        (letter,) = uow.deliveries.claim_due(LANE, epoch=epoch, limit=1, now=now, lease=timedelta(seconds=60))
        uow.deliveries.mark_calling([letter.id], epoch=epoch, now=now)

    async def drain_on_a_failing_bridge(sender: Sender, bridge: Bridge) -> None:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(dispatch, "exchange", raises_a_fault)
            await sender.drain()

    scene.play(story)

    assert [text for _, text, _ in scene.line.got] == ["one", "two"]
    assert scene.counts() == {"sent": 2}


def raises_a_fault(*_: object, **__: object) -> list[Ready]:
    raise Fault("the disk is full", "make room")


def test_a_stop_with_one_slow_call_keeps_what_the_others_came_to(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.line.slow = "two"
    scene.queue("one", "two", "three")

    async def story(sender: Sender, _bridge: Bridge) -> None:
        running = asyncio.create_task(sender.run())
        sender.wake()
        await scene.line.heard(3)
        sender.stop()
        sender.abandon()
        await asyncio.wait_for(running, 5)

    scene.play(story)

    assert scene.counts() == {"queued": 1, "sent": 2}
    scene.line.slow = ""
    scene.drain(later=timedelta(minutes=1))
    assert [text for _, text, _ in scene.line.got].count("two") == 2
    assert scene.counts() == {"sent": 3}


def test_a_batch_that_outlasts_the_lease_keeps_the_lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scene = Scene(tmp_path, [])
    scene.line.slow = "one"
    scene.queue("one")
    monkeypatch.setattr(sender_module, "RENEW_EVERY", 0.01)

    async def story(sender: Sender, bridge: Bridge) -> None:
        running = asyncio.create_task(sender.run())
        sender.wake()
        await scene.line.heard(1)
        scene.clock.advance(sender_module.LEASE - timedelta(seconds=1))
        await asyncio.sleep(0.2)
        scene.clock.advance(sender_module.LEASE - timedelta(seconds=1))
        others.append(await bridge.write(another_takes_it))
        sender.stop()
        sender.abandon()
        await asyncio.wait_for(running, 5)

    def another_takes_it(uow: UnitOfWork) -> int | None:
        return uow.lanes.take(LANE, "line", "other", scene.clock(), timedelta(seconds=30))

    others: list[int | None] = []
    scene.play(story)

    assert others == [None]
