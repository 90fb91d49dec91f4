"""Leases go by a clock that nobody sets: a process whose time is put right keeps no lane too long, nor takes one early.

It begins with the machine's time (the large engine compares that with the database's at the start) and runs by itself
from then on, also while the machine sleeps where the system says how long that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from outreach.runtime.clock import Clock, system_clock

_SLEEPS_TOO = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere a machine's sleep is missed


class SteadyClock:
    """The time at which it was made and what has passed since, whatever the machine's clock is set to."""

    def __init__(self, clock: Clock = system_clock, seconds: Callable[[], float] | None = None) -> None:
        self._seconds = seconds or _seconds
        self._began, self._at = self._seconds(), clock()

    def __call__(self) -> datetime:
        """The moment, aware, UTC."""
        return self._at + timedelta(seconds=self._seconds() - self._began)


def lease_clock(clock: Clock) -> Clock:
    """What leases go by where everything else goes by *clock*: a clock of a test's own is followed as it is."""
    return SteadyClock() if clock is system_clock else clock


def _seconds() -> float:
    return time.monotonic() if _SLEEPS_TOO is None else time.clock_gettime(_SLEEPS_TOO)
