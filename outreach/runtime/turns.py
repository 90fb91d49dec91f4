"""What only one process of many may do at a time: whoever holds the lease does it, another goes on when it is gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from outreach.domain.ids import LaneName
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.steady import lease_clock

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
LOOK_EVERY = 3.0  # seconds
_KIND = "turn"


class Turns:
    """Does *work* for ever while this process, *owner*, holds the lease called *name*."""

    def __init__(
        self, bridge: Bridge, name: str, owner: str, clock: Clock, work: Callable[[], Awaitable[None]]
    ) -> None:
        self._bridge, self._name, self._owner = bridge, LaneName(name), owner
        self._leases, self._work = lease_clock(clock), work

    async def run(self) -> None:
        """Look every `LOOK_EVERY` seconds whether it is our turn; until cancelled."""
        working: asyncio.Task[None] | None = None
        try:
            while True:
                ours = await self._take()
                if working is not None and working.done():  # it was to go on for ever
                    log.error("%s: it ended, and begins anew", self._name)
                    working = None
                if ours and working is None:
                    working = asyncio.create_task(self._endless())
                elif ours is False and working is not None:
                    log.warning("%s: another process does it now", self._name)
                    await _end(working)
                    working = None
                await asyncio.sleep(LOOK_EVERY)
        finally:
            if working is not None:
                await _end(working)

    async def release(self) -> None:
        """Let another process have its turn at once."""
        await self._bridge.write(lambda uow: uow.lanes.release(self._name, self._owner))

    async def _take(self) -> bool | None:
        """Whether it is our turn; ``None``: the database cannot say, and all stays as it is.

        Who has asked goes on asking: somebody in danger is answered from memory. Nothing is lost if another asks, too,
        because only what is stored is ever acknowledged.
        """
        try:
            epoch = await self._bridge.write(
                lambda uow: uow.lanes.take(self._name, _KIND, self._owner, self._leases(), LEASE)
            )
        except Exception as error:
            log.warning("%s: whose turn it is cannot be known (%s)", self._name, type(error).__name__)
            return None
        return epoch is not None

    async def _endless(self) -> None:
        await self._work()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
