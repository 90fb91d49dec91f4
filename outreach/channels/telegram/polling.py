"""Long polling that confirms only what is stored, and outlives every fault of the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from outreach.channels.base import Signer
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.bot import QuietBot
from outreach.channels.telegram.faults import ApiRefused, FateUnknown, NotSent
from outreach.channels.telegram.updates import Clock, Heard, hear

logger = logging.getLogger(__name__)

_FAILURES_BEFORE_RENEWAL = 3  # a pool of one connection can stay wedged after a torn network


class Poller:
    """Asks for updates. *trouble* is the code of what is wrong at the moment (``http_409``: a second poller), or empty.

    The offset moves only when the next batch is asked for, so a crash repeats a batch and loses none.
    """

    def __init__(self, bot: QuietBot, signer: Signer, clock: Clock, backoff: Backoff, poll_seconds: int) -> None:
        self._bot, self._signer, self._clock = bot, signer, clock
        self._backoff, self._poll_seconds = backoff, poll_seconds
        self._offset: int | None = None
        self.trouble = ""

    async def batches(self, quiet: Callable[[str], None]) -> AsyncGenerator[list[Heard], None]:
        """Batches that are not empty. *quiet* is called at once with each callback query that we do not accept."""
        while True:
            heard = await self._ask()
            for one in heard:
                if one.refused_press is not None:
                    quiet(one.refused_press)
            if heard:
                yield heard
                await self._confirm(heard)

    async def _ask(self) -> list[Heard]:
        try:
            updates = await self._bot.raw_updates(self._offset, self._poll_seconds)
        except Exception as fault:  # whatever it is, tomorrow's messages still have to be heard
            await self._wait_out(fault)
            return []
        self._recover()
        if not updates:
            self._offset = None  # all is confirmed; after a quiet week the numbers may start again lower
        return [hear(update, self._signer, self._clock()) for update in updates]

    async def _confirm(self, heard: list[Heard]) -> None:
        numbers = [one.update_id for one in heard if one.update_id is not None]
        if numbers:
            self._offset = max(numbers) + 1
            self._backoff.reset()
        else:  # nothing that could be confirmed: the same will come again, so not at full speed
            await asyncio.sleep(self._backoff.next_pause())

    async def _wait_out(self, fault: Exception) -> None:
        code, at_least = _code_of(fault)
        if code != self.trouble:
            logger.warning("telegram polling is in trouble: %s", code)
        self.trouble = code
        pause = self._backoff.next_pause(at_least)
        if self._backoff.failures % _FAILURES_BEFORE_RENEWAL == 0:
            await self._bot.renew_polling()
        await asyncio.sleep(pause)

    def _recover(self) -> None:
        if self.trouble:
            logger.info("telegram polling works again after: %s", self.trouble)
            self.trouble = ""
            self._backoff.reset()


def _code_of(fault: Exception) -> tuple[str, float]:
    if isinstance(fault, ApiRefused):
        return fault.code, fault.retry_after or 0.0
    if isinstance(fault, (NotSent, FateUnknown)):
        return fault.code, 0.0
    return type(fault).__name__, 0.0


def fault_code(fault: Any) -> str:
    """A fixed word for *fault*, safe to log."""
    return _code_of(fault)[0]
