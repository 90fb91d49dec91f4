"""A door: one open channel account with all that it takes to answer through it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach.channels.base import Channel
from outreach.domain.ids import LaneName
from outreach.services.intake import Counter


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
