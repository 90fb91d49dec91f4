"""A few fixed ticks, in memory. The database is the schedule: there is no job per reminder."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

MIND_EVERY = 1.0  # seconds between two looks at the machine's clock
_SET_BACK = 1.0  # seconds by which it is behind where it should be

Work: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Tick:
    """Something looked after every now and then. *everywhere*: by each process for itself, not by one for all."""

    name: str
    every: timedelta
    work: Work
    everywhere: bool = False


class Ticker:
    """Runs ticks until it is stopped. A tick that fails is logged and comes again; none overtakes itself.

    The scheduler goes by the machine's clock, *wall*. Set back by two hours, it would wait for two hours: then we tell
    it that all are due now.
    """

    def __init__(self, ticks: list[Tick], wall: Callable[[], float] = time.time) -> None:
        self._ticks, self._wall = ticks, wall
        self._minding: asyncio.Task[None] | None = None
        # Without these three, a busy second drops ticks in silence (facts: APScheduler's misfire default is 1 s).
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)

    def add(self, tick: Tick) -> None:
        """One tick more; before `start`."""
        self._ticks.append(tick)

    def start(self) -> None:
        """Begin to tick on the running loop."""
        for tick in self._ticks:
            self._scheduler.add_job(guarded, "interval", args=(tick,), seconds=tick.every.total_seconds(), id=tick.name)
        self._scheduler.start()
        self._minding = asyncio.create_task(self._mind_the_clock())

    def stop(self) -> None:
        """No more ticks. Harmless when called twice."""
        if self._minding is not None:
            self._minding.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _mind_the_clock(self) -> None:
        while True:
            before = self._wall() - time.monotonic()
            await asyncio.sleep(MIND_EVERY)
            back = before - (self._wall() - time.monotonic())
            if back > _SET_BACK:
                log.warning("the clock of this machine was set back by %.0f s", back)
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.fromtimestamp(self._wall(), UTC))


async def guarded(tick: Tick) -> None:
    """Run it once; what goes wrong is logged and does not keep it from coming again."""
    try:
        await tick.work()
    except Exception as error:
        log.error("the tick %s stumbled over %s", tick.name, type(error).__name__)
