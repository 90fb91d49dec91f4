"""One process: a wake-up after each commit, and a few ticks in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from outreach.domain.ids import LaneName
from outreach.runtime.engines.port import Senders
from outreach.runtime.sender import Sender
from outreach.runtime.ticker import Tick, Ticker


class SmallEngine:
    """Matches `Engine` with APScheduler alone; nothing else has to run."""

    def __init__(self, senders: Mapping[LaneName, Sender], ticks: Sequence[Tick]) -> None:
        self._senders = Senders(senders)
        self._ticker = Ticker(list(ticks))

    async def start(self) -> None:
        """Begin to tick and to send."""
        self._ticker.start()
        self._senders.start()

    def wake(self, lanes: Iterable[LaneName]) -> None:
        """Something became due there."""
        self._senders.wake(lanes)

    async def stop(self) -> None:
        """No more ticks; finish what is in the air."""
        self._ticker.stop()
        await self._senders.stop()
