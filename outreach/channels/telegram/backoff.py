"""Pauses that grow while a fault lasts, each with some chance in it, so that bots do not come back in step."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """*first* seconds, doubling up to *most*; each pause is 50 to 100 % of that. *failures* counts since `reset`."""

    def __init__(self, first: float = 1.0, most: float = 60.0, chance: Callable[[], float] = random.random) -> None:
        self._first, self._most, self._chance = first, most, chance
        self.failures = 0

    def next_pause(self, at_least: float = 0.0) -> float:
        """Seconds to wait after one more failure, and never less than *at_least*."""
        whole = min(self._most, self._first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return max(at_least, whole * (0.5 + self._chance() / 2))

    def reset(self) -> None:
        """It worked: the next pause is short again."""
        self.failures = 0

    def fresh(self) -> Backoff:
        """Pauses of the same kind, counted apart."""
        return Backoff(self._first, self._most, self._chance)
