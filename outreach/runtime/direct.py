"""Saying something past our own queue, but within the platform's limits: only what safety cannot let wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from outreach.channels.base import Channel
from outreach.domain.messages import Halted, Moved, Outcome, Outgoing, Parked, Rejected, RetryLater, Sent, Unconfirmed

log = logging.getLogger(__name__)

PATIENCE = 90.0  # seconds in all; then the ledger takes over, which must not speak while we still do
CALL_PATIENCE = 15.0  # seconds for one call
MOST_CALLS = 5
LONGEST_WAIT = 20.0  # seconds between two of them, whatever the platform says
BETWEEN_CALLS = 1.0  # seconds, where it says nothing


class Direct:
    """Sends on one channel without the ledger. Twice is better than never here: what is unconfirmed goes again."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def say(self, to: str, pieces: Sequence[Outgoing], name: str) -> int:
        """Send *pieces* in order; how many are out, which is less if the channel takes no more for now."""
        said = 0
        try:
            async with asyncio.timeout(PATIENCE):
                while said < len(pieces) and await self._say_one(to, pieces[said], f"{name}:{said}"):
                    said += 1
        except TimeoutError:
            log.warning("lane %s: a safety reply waits for the ledger", self._channel.lane)
        return said

    async def _say_one(self, to: str, piece: Outgoing, key: str) -> bool:
        for _ in range(MOST_CALLS):
            match await self._call(to, piece, key):
                case Sent():
                    return True
                case Moved(new_ref):
                    to = new_ref
                case RetryLater(after):
                    await asyncio.sleep(min(LONGEST_WAIT, after.total_seconds()))
                case Parked() | Rejected() | Halted():
                    return False
                case _:
                    await asyncio.sleep(BETWEEN_CALLS)
        return False

    async def _call(self, to: str, piece: Outgoing, key: str) -> Outcome:
        try:
            async with asyncio.timeout(CALL_PATIENCE):
                return await self._channel.send(to, piece, key)
        except TimeoutError:
            return Unconfirmed("timeout")
        except Exception as error:
            log.error("lane %s: the adapter raised %s", self._channel.lane, type(error).__name__)
            return Unconfirmed("adapter_error")
