"""A batch on the wire: people side by side, what is for one person in its order, each call with a limit of time."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from outreach.channels.base import Channel
from outreach.domain.delivery import pause_before
from outreach.domain.messages import Halted, Moved, Outgoing, RetryLater, Sent, Unconfirmed
from outreach.runtime.pacing import Pacer
from outreach.services.cards_ledger import Fate, Letter, NotCalled
from outreach.services.dispatch import Ready, Result

log = logging.getLogger(__name__)

SEND_PATIENCE = 30.0  # seconds for one call; beyond it we cannot know what became of it
_STOPPED = NotCalled(timedelta())


class Wire:
    """Sends what is ready. `abandon` ends the calls in the air; what becomes of each is told all the same.

    *may_call*: asked before each call; the lane may have been lost since the batch was taken.
    """

    def __init__(self, channel: Channel, pacer: Pacer, may_call: Callable[[], bool] = lambda: True) -> None:
        self._channel, self._pacer, self._may_call = channel, pacer, may_call
        self._in_air: set[asyncio.Task[None]] = set()
        self._abandoned = False

    async def put(self, batch: Sequence[Ready], results: list[Result]) -> None:
        """Send *batch*; what each came to is added to *results* as soon as it is known."""
        tasks = {asyncio.create_task(self._in_order(mine, results)) for mine in _by_person(batch)}
        self._in_air |= tasks
        try:
            await asyncio.wait(tasks)
        finally:
            self._in_air -= tasks
            for task in tasks:
                task.cancel()

    def abandon(self) -> None:
        """Wait no longer: what is being called counts as unconfirmed, what is not yet goes back into the queue."""
        self._abandoned = True
        for task in self._in_air:
            task.cancel()

    async def _in_order(self, mine: Sequence[Ready], results: list[Result]) -> None:
        """What is for one person. If one of it must be tried again, those behind it wait until after that."""
        wait: timedelta | None = None
        for ready in mine:
            if wait is not None:
                results.append((ready.letter, NotCalled(wait), ready.letter.parts_sent))
                continue
            fate, done = await self._send(ready)
            results.append((ready.letter, fate, done))
            wait = _wait_behind(ready.letter, fate)

    async def _send(self, ready: Ready) -> tuple[Fate, int]:
        letter, done = ready.letter, ready.letter.parts_sent
        fate: Fate = Sent()
        for part in ready.parts:
            fate = await self._call(letter.to, part, f"{letter.key}:{done}")
            if not isinstance(fate, Sent):
                break
            done += 1
        return fate, done

    async def _call(self, to: str, part: Outgoing, key: str) -> Fate:
        if self._abandoned:
            return _STOPPED
        calling = False
        try:
            await self._pacer.wait()
            if not self._may_call():
                return _STOPPED
            calling = True
            async with asyncio.timeout(SEND_PATIENCE):
                return await self._channel.send(to, part, key)
        except asyncio.CancelledError:
            if not self._abandoned:
                raise
            return Unconfirmed("stopped") if calling else _STOPPED
        except TimeoutError:
            return Unconfirmed("timeout")
        except Exception as error:  # a bug of the adapter: we cannot know what it did
            log.error("lane %s: the adapter raised %s", self._channel.lane, type(error).__name__)
            return Unconfirmed("adapter_error")


def _by_person(batch: Iterable[Ready]) -> list[list[Ready]]:
    found: defaultdict[str, list[Ready]] = defaultdict(list)
    for ready in batch:
        found[ready.letter.to].append(ready)
    return list(found.values())


def _wait_behind(letter: Letter, fate: Fate) -> timedelta | None:
    """How long those behind *letter* wait, so that they come after it; ``None``: it is through, one way or another."""
    match fate:
        case NotCalled(after):
            return after
        case RetryLater(after):
            return max(after, pause_before(letter.tries + 2))
        case Halted() | Moved() | Unconfirmed():
            return pause_before(letter.tries + 2)
        case _:
            return None
