"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from outreach.domain.times import require_aware

MONDAY_9AM = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


class FrozenClock:
    """Call it for the time it shows: aware, UTC. It may be handed over wherever a ``Callable[[], datetime]`` is."""

    def __init__(self, now: datetime = MONDAY_9AM) -> None:
        self._now = require_aware(now)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on by *by* and give the new time. Raises `ValueError` for a step back: use `set_to` for that."""
        if by < timedelta(0):
            raise ValueError("time does not run backwards by itself")
        self._now += by
        return self._now

    def set_to(self, now: datetime) -> None:
        """Show *now*, earlier or later."""
        self._now = require_aware(now)
