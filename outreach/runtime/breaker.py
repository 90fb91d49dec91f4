"""After trouble on a lane one delivery tries the way before the others follow, each time after a longer pause.

The pause itself is the lane's hold in the ledger, so a restart does not forget it; only how often it happened is here.
Whoever takes a lane over that is held, or was a moment ago, begins with one as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from outreach.domain.messages import RetryLater
from outreach.services.cards_ledger import Fate
from outreach.services.dispatch import Result

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(seconds=60)


class Breaker:
    """Knows how often in a row a whole lane had to wait."""

    __slots__ = ("_troubles",)

    def __init__(self) -> None:
        self._troubles = 0

    def most(self, limit: int) -> int:
        """How many may be tried at once, of *limit* in good times."""
        return 1 if self._troubles else limit

    def inherit(self, held_until: datetime | None, now: datetime) -> None:
        """The lane was held up until *held_until* when we took it."""
        if held_until is not None and now < held_until + LONGEST_PAUSE:
            self._troubles = max(self._troubles, 1)

    def weighed(self, results: Sequence[Result]) -> list[Result]:
        """*results*, in which the platform's own pauses are at least as long as the trouble has become."""
        if not any(_is_trouble(fate) for _, fate, _ in results):
            self._troubles = 0 if results else self._troubles
            return list(results)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._troubles, 10))
        self._troubles += 1
        return [(letter, _lengthened(fate, pause), done) for letter, fate, done in results]


def _is_trouble(fate: Fate) -> bool:
    return isinstance(fate, RetryLater) and fate.whole_lane


def _lengthened(fate: Fate, pause: timedelta) -> Fate:
    if isinstance(fate, RetryLater) and fate.whole_lane:
        return replace(fate, after=max(fate.after, pause))
    return fate
