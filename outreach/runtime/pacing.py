"""How fast a lane may send: a token bucket on the event loop's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

BURST_SECONDS = 0.2  # what may go at once after a pause: far below every platform's tolerance


class Pacer:
    """Lets *rate* calls through a second, evenly, with a small burst after a pause.

    *now* gives seconds, *sleep* waits for some; by default both are the event loop's.
    """

    def __init__(
        self,
        rate: float,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._sleep = rate, sleep
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._free_at = 0.0

    async def wait(self) -> None:
        """Return when the next call may be made."""
        delay = self.reserve()
        if delay > 0:
            await self._sleep(delay)

    def reserve(self) -> float:
        """Take the next place; how many seconds until it comes."""
        now = self._now()
        self._free_at = max(self._free_at, now - BURST_SECONDS) + 1 / self._rate
        return max(0.0, self._free_at - now)


Pacing: TypeAlias = Callable[[float], Pacer]
"""Gives a lane of that rate, in messages a second, its pacer."""
