"""A few fixed ticks, in memory. The database is the schedule: there is no job per reminder."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Tick:
    """Something looked after every now and then. *everywhere*: by each process for itself, not by one for all."""

    name: str
    every: timedelta
    work: Work
    everywhere: bool = False


class Ticker:
    """Runs ticks until it is stopped. A tick that fails is logged and comes again; none overtakes itself."""

    def __init__(self, ticks: list[Tick]) -> None:
        self._ticks = ticks
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

    def stop(self) -> None:
        """No more ticks. Harmless when called twice."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


async def guarded(tick: Tick) -> None:
    """Run it once; what goes wrong is logged and does not keep it from coming again."""
    try:
        await tick.work()
    except Exception as error:
        log.error("the tick %s stumbled over %s", tick.name, type(error).__name__)
