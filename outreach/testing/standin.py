"""A stand-in platform: real HTTP on this machine, in the running loop, in a thread of its own, or as a program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

_PATIENCE = 20.0  # seconds to start, to stop, or until what is waited for has happened


class StandIn:
    """Base of the stand-ins. ``async with`` serves in the running loop, ``with`` in a thread, `serve` for ever.

    Whoever changes the state calls `changed`; `until` and `wait_until` wake up then.
    """

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._url = ""
        self._runner: web.AppRunner | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._condition = threading.Condition()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end: ``http://127.0.0.1:41234``."""
        return self._url

    def routes(self) -> list[web.RouteDef]:
        """What it serves."""
        raise AssertionError(f"{type(self).__name__} must override routes()")

    def changed(self) -> None:
        """Wake everybody who waits. May be called from any thread."""
        with self._condition:
            self._condition.notify_all()
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def until(self, holds: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """Wait until *holds* is true. Raises `TimeoutError` after *patience* seconds."""
        event = asyncio.Event()
        entry = (asyncio.get_running_loop(), event)
        with self._condition:
            self._waiting.append(entry)
        try:
            async with asyncio.timeout(patience):
                while not holds():
                    await event.wait()
                    event.clear()
        finally:
            with self._condition:
                self._waiting.remove(entry)

    def wait_until(self, holds: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """`until` for a test without a loop."""
        with self._condition:
            if not self._condition.wait_for(holds, patience):
                raise TimeoutError("what was waited for did not happen")

    async def start(self) -> None:
        """Listen on 127.0.0.1 in the running loop."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._wanted_port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stop listening; calls under way are cut off."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def serve(self) -> None:
        """Listen until cancelled, having printed the address: the program's way."""
        await self.start()
        print(self.url, flush=True)  # noqa: T201  # whoever started the program reads it
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve_in_thread, args=(started,), daemon=True)
        self._thread.start()
        if not started.wait(_PATIENCE) or not self._url:
            raise RuntimeError("the stand-in did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_PATIENCE)

    def _serve_in_thread(self, started: threading.Event) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            try:
                self._loop.run_until_complete(self.start())
            finally:
                started.set()
            self._loop.run_forever()
            self._loop.run_until_complete(self.stop())


async def parameters_of(request: web.Request) -> dict[str, Any]:
    """The parameters of a call in any of the forms that clients use: query, form, multipart or JSON."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return found | (body if isinstance(body, dict) else {})
    return found | dict(await request.post())
