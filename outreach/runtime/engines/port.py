"""What the house asks of an engine: wake who has something to send, and look after things every now and then.

Correctness rests on neither engine: a lane is driven by whoever holds its lease, and a wake-up that is lost costs a
tick. So both are thin, and both keep the same tests (tests/runtime/test_runtime_engines.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from outreach.domain.ids import LaneName
from outreach.runtime.sender import Sender

STOP_PATIENCE = 6.0  # seconds for what is in the air; a service manager kills at 10
LAST_WORDS = 1.5  # seconds more to write down what became of it


class Part(StrEnum):
    """Which part of the house a process is."""

    ALL = "all"
    WEB = "web"  # answers pages and hooks; sends and ticks are the workers'
    WORKER = "worker"  # sends, asks platforms for news, ticks; opens no port


class Engine(Protocol):
    """Starts on the event loop and stops on it."""

    async def start(self) -> None:
        """Begin. Raises `Fault` if what the engine needs is not there."""

    def wake(self, lanes: Iterable[LaneName]) -> None:
        """Something became due there, and is committed. Never raises and never waits: the deed is done already."""

    async def stop(self) -> None:
        """Finish what is in the air, claim nothing new. Harmless when called twice."""


class Senders:
    """The senders of a process, started and stopped together."""

    def __init__(self, senders: Mapping[LaneName, Sender]) -> None:
        self._senders = senders
        self._running: list[asyncio.Task[None]] = []

    def __contains__(self, lane: LaneName) -> bool:
        return lane in self._senders

    def start(self) -> None:
        """Let each drain what waits, and from then on whenever it is woken."""
        self._running = [asyncio.create_task(sender.run()) for sender in self._senders.values()]
        self.wake(self._senders)

    def wake(self, lanes: Iterable[LaneName]) -> None:
        """Something became due there."""
        for lane in lanes:
            sender = self._senders.get(lane)
            if sender is not None:
                sender.wake()

    def halt(self) -> None:
        """Claim nothing new."""
        for sender in self._senders.values():
            sender.stop()

    async def stop(self) -> None:
        """Wait for what is in the air; write down what became of it."""
        self.halt()
        running, self._running = self._running, []
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=STOP_PATIENCE)
        if late:
            for sender in self._senders.values():
                sender.abandon()
            _, late = await asyncio.wait(running, timeout=LAST_WORDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
