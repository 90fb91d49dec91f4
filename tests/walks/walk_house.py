"""The whole house in the test's own loop: on either database, behind a real port, under a clock that the test moves."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import uvicorn
from conftest import PATIENCE

from outreach.bootstrap import App, build
from outreach.domain.errors import Fault
from outreach.runtime.clock import Clock
from outreach.runtime.pacing import Pacer, Pacing
from outreach.services.ports import UnitOfWork
from outreach.settings import load
from outreach.testing.telegram import TelegramStandIn
from outreach.web.app import create_app

_T = TypeVar("_T")


def next_monday() -> datetime:
    """The next Monday, 09:00 in Shanghai. Ahead of the machine's clock, which some of what we play with goes by."""
    today = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


class VirtualTime:
    """Time that only passes when a test lets it, or when everybody who paces their sends waits for it.

    Sleepers wake one by one, each in its own moment, and the next one not before what the last one sent has arrived:
    so a stand-in sees every call at the very moment for which it was paced.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or next_monday()
        self.seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._on_the_way = 0

    def __call__(self) -> datetime:
        """The present moment: aware, UTC. The house's clock."""
        return self._start + timedelta(seconds=self.seconds)

    def pacer(self, rate: float) -> Pacer:
        """A lane's pacer under this time."""
        return Pacer(rate, lambda: self.seconds, self._sleep)

    def pass_by(self, span: timedelta) -> datetime:
        """Let *span* go by; the moment it is then."""
        self.seconds += span.total_seconds()
        return self()

    def arrived(self) -> None:
        """What somebody sent when they woke up has reached the other side."""
        self._on_the_way = max(0, self._on_the_way - 1)
        self._wake_next()

    async def _sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, next(self._order), waking))
        self._wake_next()
        await waking

    def _wake_next(self) -> None:
        while self._sleepers and not self._on_the_way:
            moment, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                self.seconds = max(self.seconds, moment)
                self._on_the_way += 1
                waking.set_result(None)


class PacedTelegram(TelegramStandIn):
    """Telegram that notes at which moment of a virtual time each message came in."""

    def __init__(self, moving: VirtualTime) -> None:
        super().__init__(clock=moving)
        self.arrivals: list[float] = []
        """Seconds since the start, of every ``sendMessage``."""
        self._moving, self._looked_at = moving, 0

    def changed(self) -> None:
        """As ever, having noted what came in."""
        fresh, self._looked_at = self.calls[self._looked_at :], len(self.calls)
        for call in fresh:
            if call.method == "sendMessage":
                self.arrivals.append(self._moving.seconds)
                self._moving.arrived()
        super().changed()

    def most_in(self, seconds: float) -> int:
        """The most messages that came in within so many *seconds*, wherever one begins to count."""
        most = first = 0
        for last, moment in enumerate(self.arrivals):
            while moment - self.arrivals[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


class House:
    """An open house and the way to it."""

    def __init__(self, app: App, url: str) -> None:
        self.app, self.url = app, url

    async def do(self, work: Callable[[UnitOfWork], _T]) -> _T:
        """Run a use case as the house does."""
        return await self.app.bridge.write(work)

    async def look(self, query: Callable[[UnitOfWork], _T]) -> _T:
        """Run a query as the house does."""
        return await self.app.bridge.read(query)

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page or feed."""
        address = path if path.startswith("http") else self.url + path
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return answer.status, (await answer.read()).decode()


@asynccontextmanager
async def open_house(
    folder: Path, database_url: str, clock: Clock, pacing: Pacing = Pacer, **settings: str
) -> AsyncIterator[House]:
    """A running house with *settings* (environment variables without their prefix); closed at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    given = {
        "DATA_DIR": str(folder / "var"), "DATABASE_URL": database_url, "BASE_URL": url, "QUIET_HOURS": "off",
        "QUIET_DAYS": "off", "CHANNELS__WEBCHAT__ENABLED": "false", **settings,
    }  # fmt: skip
    app = build(load({f"OUTREACH_{name}": text for name, text in given.items()}, folder), clock, pacing=pacing)
    server = uvicorn.Server(uvicorn.Config(create_app(app), lifespan="off", log_config=None, access_log=False))
    await app.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield House(app, url)
    finally:
        server.should_exit = True
        app.mailbox.close()
        await serving
        await app.stop()


async def until(look: Callable[[], Awaitable[Any]], what: str, patience: float = PATIENCE) -> Any:
    """What *look* finds as soon as it finds something; fails with *what* when patience is over."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            found = await look()
        except Fault:  # a database that is busy with something else for a moment
            found = None
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")
