"""When something is open in a week, in local time, and the moments that makes of it where clocks change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from outreach.domain.times import Slot

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?((?:\s+\d{1,2}:\d{2}-\d{1,2}:\d{2})+)", re.ASCII)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_MIDNIGHT = 24 * 60
EXAMPLE = "mon-fri 08:30-12:00 14:00-17:30; sat 09:00-12:00"
Span: TypeAlias = tuple[int, int]
"""From and to, in minutes since midnight; 1440 is the end of the day."""


class Window(NamedTuple):
    """From one aware moment to another, however long."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Spans by weekday (Monday 0), in order and apart. None at all: always open."""

    spans: Mapping[int, tuple[Span, ...]]

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """``mon-fri 08:30-12:00 14:00-17:30; sat 09:00-12:00`` as hours; empty text: always open.

        Raises `ValueError` with the remedy.
        """
        found: dict[int, list[Span]] = {}
        for part in filter(None, (part.strip().lower() for part in re.split(r"[;；\n]", text))):
            match = _PART.fullmatch(part)
            if match is None:
                raise ValueError(
                    f"{part!r} are no opening hours: write mon-fri 08:30-12:00 14:00-17:30; sat 09:00-12:00"
                )
            spans = [_span(*map(int, each.groups())) for each in _SPAN.finditer(match[3])]
            for day in _days(match[1], match[2] or match[1]):
                found.setdefault(day, []).extend(spans)
        return cls({day: _apart(spans) for day, spans in sorted(found.items())})

    def windows(self, since: datetime, until: datetime, zone: tzinfo) -> Iterator[Window]:
        """The open spans between two moments, cut to them, in order. An hour that a clock skips is in none."""
        if not self.spans:
            yield Window(since, until)
            return
        day = since.astimezone(zone).date()
        while day <= until.astimezone(zone).date():
            for begins, ends in self.spans.get(day.weekday(), ()):
                start, end = max(_moment(day, begins, zone), since), min(_moment(day, ends, zone), until)
                if start < end:
                    yield Window(start, end)
            day += timedelta(days=1)

    def covers(self, slot: Slot, zone: tzinfo) -> bool:
        """Whether it is open from the beginning of *slot* to its end."""
        if not self.spans:
            return True
        reached = slot.starts_at
        for window in self.windows(slot.starts_at, slot.ends_at, zone):
            if window.starts_at > reached:
                return False
            reached = window.ends_at
        return reached >= slot.ends_at


def _days(first: str, last: str) -> Iterator[int]:
    try:
        begins, ends = _DAYS.index(first), _DAYS.index(last)
    except ValueError:
        raise ValueError(f"{first}-{last}: days are mon, tue, wed, thu, fri, sat and sun") from None
    for step in range((ends - begins) % 7 + 1):
        yield (begins + step) % 7


def _span(hour: int, minute: int, last_hour: int, last_minute: int) -> Span:
    begins, ends = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or not 0 <= begins < ends <= _MIDNIGHT:
        raise ValueError(f"{hour:02}:{minute:02}-{last_hour:02}:{last_minute:02} must end after it begins, by 24:00")
    return begins, ends


def _apart(spans: list[Span]) -> tuple[Span, ...]:
    made: list[Span] = []
    for begins, ends in sorted(spans):
        if made and begins <= made[-1][1]:
            made[-1] = (made[-1][0], max(ends, made[-1][1]))
        else:
            made.append((begins, ends))
    return tuple(made)


def _moment(day: date, minutes: int, zone: tzinfo) -> datetime:
    local = datetime.combine(day + timedelta(days=minutes // _MIDNIGHT), time(), tzinfo=zone)
    hour, minute = divmod(minutes % _MIDNIGHT, 60)
    return local.replace(hour=hour, minute=minute).astimezone(UTC)
