"""What was made once and may be asked for again: bounded, forgets what nobody asked for, any thread may use it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Kept(Generic[_K, _V]):
    """Up to *most*, by *weight*, in two halves: a full young one becomes the old one, whose rest is let go.

    Looking something up costs no more than a dictionary does: a feed asks for ten thousand blocks at a time.
    """

    def __init__(self, most: int, weight: Callable[[_V], int] = lambda _: 1) -> None:
        self._half, self._weight = max(1, most // 2), weight
        self._young: dict[_K, _V] = {}
        self._old: dict[_K, _V] = {}
        self._weighs = 0
        self._writing = Lock()

    def get(self, key: _K) -> _V | None:
        """What is kept under *key*."""
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: _K, value: _V) -> None:
        """Keep *value*, instead of what was kept under *key*."""
        with self._writing:
            before = self._young.get(key)
            self._weighs += self._weight(value) - (0 if before is None else self._weight(before))
            self._young[key] = value
            if self._weighs > self._half:
                self._old, self._young, self._weighs = self._young, {}, 0
