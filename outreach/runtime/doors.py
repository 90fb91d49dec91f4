"""A door: one open channel account with all that it takes to answer through it."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.channels.base import Channel
from outreach.domain.ids import LaneName
from outreach.services.intake import Counter


@dataclass(frozen=True, slots=True)
class Door:
    """A channel, the name of its adapter, and the counter behind it."""

    lane: LaneName
    adapter: str
    channel: Channel
    counter: Counter
