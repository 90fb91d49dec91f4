"""Outbound: what is due is sent once, what fails is kept, and a crash leaves nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from outreach.bootstrap import open_core
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
from outreach.runtime.bridge import Bridge
from outreach.runtime.sender import Sender
from outreach.services.cards import Caller
from outreach.services.dispatch import Outlet
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
    lane = LANE
    capabilities = ABLE

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        self.got.append((to, message.text, key))
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

    def queue(self, *texts: str) -> None:
        with self.core.database.unit_of_work() as uow:
            for number, text in enumerate(texts):
                uow.deliveries.add_reply(
                    Caller(LANE, f"user-{number}"),
                    f"k{number}",
                    Outgoing(MessageKind.REPLY, text),
                    Language.EN,
                    self.clock(),
                )

    def drain(self, times: int = 1, owner: str = "one", later: timedelta = timedelta()) -> None:
        async def story() -> None:
            bridge = Bridge(self.core.database, lambda _lanes: None)
            bridge.start()
            outlet = Outlet(LANE, ABLE, self.core.desk, None)
            sender = Sender(bridge, self.line, outlet, "line", owner, self.clock)  # type: ignore[arg-type]
            for _ in range(times):
                self.clock.advance(later)
                await sender.drain()
            await bridge.close()

        asyncio.run(story())

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
