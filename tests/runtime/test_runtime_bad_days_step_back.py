"""The machine's clock is set back by two hours: the ticks go on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers import base
from test_runtime_engines import until
from test_runtime_sender import Scene

from outreach.domain.messages import RetryLater
from outreach.runtime import ticker as ticker_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.sender import Sender
from outreach.runtime.steady import SteadyClock
from outreach.runtime.ticker import Tick, Ticker


class Slow(datetime):
    """The machine's time, *behind* what it was."""

    behind = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) - cls.behind


@pytest.mark.parametrize("hours", [2, -2])
def test_ticks_go_on_whatever_the_clock_is_set_to(monkeypatch: pytest.MonkeyPatch, hours: int):
    monkeypatch.setattr(base, "datetime", Slow)
    monkeypatch.setattr(Slow, "behind", timedelta())
    monkeypatch.setattr(ticker_module, "MIND_EVERY", 0.05)
    seen: list[None] = []

    async def work() -> None:
        seen.append(None)

    async def story() -> None:
        ticker = Ticker([Tick("tick", timedelta(seconds=0.1), work)], lambda: Slow.now().timestamp())
        ticker.start()
        await until(lambda: len(seen) > 1, "it to tick")
        Slow.behind = timedelta(hours=hours)
        before = len(seen)
        await until(lambda: len(seen) > before + 3, "it to tick on")
        ticker.stop()

    asyncio.run(asyncio.wait_for(story(), 8))


@pytest.mark.parametrize("whole_lane", [True, False])
def test_what_was_put_off_under_a_clock_that_was_ahead_does_not_wait_until_that_time_comes_again(
    tmp_path: Path, whole_lane: bool
):
    scene = Scene(tmp_path, [RetryLater(timedelta(seconds=5), whole_lane=whole_lane, code="refused")])
    scene.queue("one")

    async def story(sender: Sender, _bridge: Bridge) -> None:
        sender._leases, began = SteadyClock(scene.clock), scene.clock()
        await sender.drain()
        scene.queue("two", to="bob")
        scene.clock.set_to(began - timedelta(hours=2))
        await sender.poll()
        assert sender._woken.is_set()
        await sender.drain()

    scene.play(story)

    assert sorted(text for _, text, _ in scene.line.got) == ["one", "one", "two"]
    assert scene.counts() == {"sent": 2}
