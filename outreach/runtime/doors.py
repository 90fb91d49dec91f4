"""A door: one open channel account with all that it takes to answer through it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from outreach.channels.base import Channel
from outreach.domain.ids import LaneName
from outreach.services.intake import Counter

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # seconds between two tries to prepare a channel


@dataclass(slots=True)
class Door:
    """A channel, the name of its adapter, and the counter behind it."""

    lane: LaneName
    adapter: str
    channel: Channel
    _counter: Counter

    @property
    def counter(self) -> Counter:
        """With what the account can do now: a right may have been denied since the last message."""
        able = self.channel.capabilities
        if able is not self._counter.capabilities:
            self._counter = replace(self._counter, capabilities=able)
        return self._counter


async def prepare(door: Door) -> None:
    """Have the channel set its menus and learn who it is. What fails is tried again, ever more slowly."""
    pause = FIRST_PAUSE
    while True:
        try:
            await door.channel.prepare()
            return
        except Exception as error:
            log.error("lane %s: could not be prepared (%s), trying again", door.lane, type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
