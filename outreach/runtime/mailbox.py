"""The mailbox of doors that we serve ourselves: rows in the database, a nudge for the page that waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial

from outreach.domain.ids import LaneName
from outreach.domain.messages import Outgoing
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.services.cards import Caller, Mail
from outreach.services.ports import UnitOfWork

MOST_AT_ONCE = 50
LOOK_AGAIN = 2.0  # seconds: another process may have appended


class StoredMailbox:
    """A `Mailbox` over the bridge. What is appended here is seen at once, from elsewhere within `LOOK_AGAIN`."""

    def __init__(self, bridge: Bridge, clock: Clock) -> None:
        self._bridge, self._clock = bridge, clock
        self._waiters: defaultdict[Caller, set[asyncio.Event]] = defaultdict(set)
        self._closing = False

    async def append(self, lane: LaneName, to: str, message: Outgoing, key: str) -> None:
        """Keep *message* for *to*; returns once it is committed. A repeated *key* is one message."""
        caller = Caller(lane, to)
        await self._bridge.write(partial(self._append, caller, message, key))
        for waiter in self._waiters.get(caller, ()):
            waiter.set()

    async def wait(self, lane: LaneName, to: str, after: int, patience: float) -> list[Mail]:
        """What waits for *to* after the cursor *after*, as soon as there is something; empty after *patience* seconds.

        Everything up to *after* is taken as read and deleted.
        """
        caller, news = Caller(lane, to), asyncio.Event()
        if after > 0:
            await self._bridge.write(lambda uow: uow.mailboxes.acknowledge(caller, after))
        self._waiters[caller].add(news)
        try:
            return await self._until(caller, after, news, patience)
        finally:
            self._waiters[caller].discard(news)
            if not self._waiters[caller]:
                del self._waiters[caller]

    def close(self) -> None:
        """Let every page go."""
        self._closing = True
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.set()

    async def _until(self, caller: Caller, after: int, news: asyncio.Event, patience: float) -> list[Mail]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            found = await self._bridge.read(lambda uow: uow.mailboxes.read(caller, after, MOST_AT_ONCE))
            left = deadline - loop.time()
            if found or self._closing or left <= 0:
                return found
            await self._nudged(news, min(left, LOOK_AGAIN))

    @staticmethod
    async def _nudged(news: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            return
        news.clear()

    def _append(self, caller: Caller, message: Outgoing, key: str, uow: UnitOfWork) -> None:
        uow.mailboxes.append(caller, message, key, self._clock())
