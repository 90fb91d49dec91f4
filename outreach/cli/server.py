"""uvicorn, made to stop politely: waiting pages are let go first, and a signal ends it without a traceback."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

GRACE = 5  # seconds for requests that are being served; a service manager kills at 10


class Server(uvicorn.Server):
    """Serves *app* on sockets that are listening already. *before_waiting* lets long polls go at the end."""

    def __init__(self, app: Any, before_waiting: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",  # whoever serves has started the house and stops it
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._before_waiting = before_waiting

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let waiting pages go, then finish the rest."""
        self._before_waiting()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Ctrl-C and SIGTERM end it; unlike uvicorn's own way they are not raised again afterwards."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
