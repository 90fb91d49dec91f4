"""When rooms and leaders are taken: time kept free around each booking, what overlaps, what is free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.opening_hours import Window
from outreach.domain.times import Slot


class What(StrEnum):
    """What is booked."""

    ROOM = "room"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Buffers:
    """Time kept free before and after: to set up and clear a room, to travel between two places."""

    before: timedelta = timedelta()
    after: timedelta = timedelta()

    @classmethod
    def of_minutes(cls, before: int, after: int) -> Buffers:
        """The same in minutes."""
        return cls(timedelta(minutes=before), timedelta(minutes=after))

    def around(self, slot: Slot) -> Window:
        """*slot* with what is kept free around it. Two bookings may touch, each with its own time around it."""
        return Window(slot.starts_at - self.before, slot.ends_at + self.after)


@dataclass(frozen=True, slots=True)
class Taken:
    """A span in which one room or leader is booked, with the time around it."""

    starts_at: datetime
    ends_at: datetime
    activity_id: int


def overlapping(wanted: Window, taken: Sequence[Taken]) -> list[Taken]:
    """Which of *taken*, sorted by when they end, overlap *wanted*. Spans that only touch do not."""
    first = bisect_left(taken, wanted.starts_at, key=lambda one: one.ends_at)
    return [one for one in taken[first:] if one.starts_at < wanted.ends_at and one.ends_at > wanted.starts_at]


def free_slots(
    windows: Iterable[Window], busy: Iterable[Window], length: timedelta, step: timedelta = timedelta(minutes=15)
) -> Iterator[Slot]:
    """Slots of *length* inside *windows* that overlap nothing *busy*, in order, each a *step* or more after the last.

    Both are in order of their beginnings. Beginnings are whole steps since 1970, that is quarters of the local hour.
    """
    taken = sorted(busy, key=lambda slot: slot.starts_at)
    for window in windows:
        start, ahead = _up(window.starts_at, step), iter(taken)
        blocking = next(ahead, None)
        while start + length <= window.ends_at:
            while blocking is not None and blocking.ends_at <= start:
                blocking = next(ahead, None)
            if blocking is not None and blocking.starts_at < start + length:
                start = _up(blocking.ends_at, step)
                continue
            yield Slot(start, start + length)
            start += step


def common(one: Iterable[Window], other: Iterable[Window]) -> Iterator[Window]:
    """Where windows of both overlap; each side in order and apart."""
    left, right = list(one), list(other)
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].starts_at, right[j].starts_at)
        end = min(left[i].ends_at, right[j].ends_at)
        if start < end:
            yield Window(start, end)
        if left[i].ends_at <= right[j].ends_at:
            i += 1
        else:
            j += 1


def _up(moment: datetime, step: timedelta) -> datetime:
    seconds, whole = moment.timestamp(), step.total_seconds()
    return moment + timedelta(seconds=-seconds % whole)
