"""A time zone as VTIMEZONE: its rules for the years that are needed, never one of the names that mean two zones.

``CST`` is China's and Chicago's, so an offset is named by its number. Rules are written as readers know them, by
RRULE; where a government's clock follows none, each change is written down by itself: RDATE and a zone's history
of a century are what Outlook misreads (facts: calendar.md A.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_A_DAY, _A_MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """The clock goes from one offset to another; *at* is what it shows just before."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_summer(self) -> bool:
        """Whether the clock goes forward."""
        return self.after > self.before

    @property
    def week(self) -> int:
        """Which of its weekdays in the month it is, from 1."""
        return (self.at.day - 1) // 7 + 1

    @property
    def is_last(self) -> bool:
        """Whether no such weekday follows in the month."""
        return (self.at + 7 * _A_DAY).month != self.at.month


@lru_cache(maxsize=256)
def zone_block(name: str, first: int, last: int) -> bytes:
    """The VTIMEZONE of the IANA zone *name*, right from the start of the year *first* to the end of *last*.

    Raises `ZoneInfoNotFoundError` for a zone that there is none of.
    """
    zone = ZoneInfo(name)
    block = Timezone()
    block.add("tzid", name)
    shifts = list(_shifts(zone, first - 1, last + 1))
    by_rule = _by_rule(shifts, last - first + 3)
    if by_rule:
        for shift, rule in by_rule:
            block.add_component(_observance(shift, rule))
    else:
        start = datetime(first - 1, 1, 1, tzinfo=zone)
        offset = start.utcoffset() or timedelta()
        for shift in (Shift(start.replace(tzinfo=None), offset, offset), *shifts):
            block.add_component(_observance(shift))
    made: bytes = block.to_ical()
    return made


def _shifts(zone: ZoneInfo, first: int, last: int) -> Iterator[Shift]:
    """Every change of the clock in these years, by time."""
    day, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    while day < end:
        if _offset(zone, day) != _offset(zone, day + _A_DAY):
            yield _shift(zone, day)
        day += _A_DAY


def _shift(zone: ZoneInfo, day: datetime) -> Shift:
    """The change within a day from *day*, to the minute."""
    before, after = _offset(zone, day), _offset(zone, day + _A_DAY)
    low, high = 0, _A_DAY // _A_MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, day + middle * _A_MINUTE) == before else (low, middle)
    return Shift((day + high * _A_MINUTE + before).replace(tzinfo=None), before, after)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _by_rule(shifts: Iterable[Shift], years: int) -> list[tuple[Shift, dict[str, object]]]:
    """The first shift of each kind with its rule, if in each of so many years all follow the same two; else nothing."""
    kinds: dict[bool, list[Shift]] = {}
    for shift in shifts:
        kinds.setdefault(shift.is_summer, []).append(shift)
    found = [(several[0], _rule(several)) for several in kinds.values() if len(several) == years]
    return found if len(found) == len(kinds) == 2 and all(rule for _, rule in found) else []


def _rule(several: list[Shift]) -> dict[str, object]:
    """By which month and weekday of it they all happen; empty if they do not."""
    first = several[0]
    same = {(one.at.month, one.at.weekday(), one.at.time(), one.before, one.after) for one in several}
    if len(same) > 1:
        return {}
    if all(one.is_last for one in several):
        week = -1
    elif len({one.week for one in several}) == 1:
        week = first.week
    else:
        return {}
    return {"freq": "yearly", "bymonth": first.at.month, "byday": f"{week}{_DAYS[first.at.weekday()]}"}


def _observance(shift: Shift, rule: dict[str, object] | None = None) -> TimezoneStandard | TimezoneDaylight:
    made = TimezoneDaylight() if shift.is_summer else TimezoneStandard()
    made.add("dtstart", shift.at)
    made.add("tzoffsetfrom", shift.before)
    made.add("tzoffsetto", shift.after)
    made.add("tzname", _called(shift.after))
    if rule:
        made.add("rrule", rule)
    return made


def _called(offset: timedelta) -> str:
    minutes = abs(offset) // _A_MINUTE
    hours = f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}"
    return f"{hours}{minutes % 60:02}" if minutes % 60 else hours
