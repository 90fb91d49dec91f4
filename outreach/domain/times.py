"""Moments, slots, lead times and quiet hours. Everything is aware; local time is made at the edges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DURATION = re.compile(r"(\d{1,5})\s*([smhd])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def require_aware(moment: datetime) -> datetime:
    """*moment* in UTC. Raises `ValueError` for a naive one: a time without a zone is a bug, not a default."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def parse_duration(text: str) -> timedelta:
    """``90s``, ``10m``, ``24h`` or ``2d`` as a timedelta. Raises `ValueError` with the remedy."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a duration: write a number and s, m, h or d, such as 24h")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def parse_leads(text: str) -> tuple[timedelta, ...]:
    """``24h,2h`` as lead times, longest first, without repeats. Empty text: no reminders."""
    parts = [part for part in text.split(",") if part.strip()]
    return tuple(sorted({parse_duration(part) for part in parts}, reverse=True))


@dataclass(frozen=True, slots=True)
class Slot:
    """When something takes place: aware, in UTC, ends after it starts and lasts at most 31 days."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", require_aware(self.starts_at))
        object.__setattr__(self, "ends_at", require_aware(self.ends_at))
        if self.ends_at <= self.starts_at:
            raise ValueError("it must end after it starts")
        if self.ends_at - self.starts_at > timedelta(days=31):
            raise ValueError("it must last no longer than 31 days")

    @classmethod
    def of_minutes(cls, starts_at: datetime, minutes: int) -> Slot:
        """A slot of *minutes* from *starts_at*."""
        return cls(starts_at, starts_at + timedelta(minutes=minutes))

    @property
    def minutes(self) -> int:
        """Its length in whole minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    def moved_to(self, starts_at: datetime) -> Slot:
        """The same length at another time."""
        return Slot(starts_at, starts_at + (self.ends_at - self.starts_at))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily window in which we do not write on our own account; may run over midnight. Equal ends: none."""

    begins: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> QuietHours | None:
        """``21:30-07:30`` as quiet hours; empty text, ``none`` or ``off`` as ``None``."""
        if text.strip().lower() in {"", "none", "off"}:
            return None
        try:
            begins, ends = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise ValueError(f"{text!r} are not quiet hours: write 21:30-07:30, or off") from None
        return None if begins == ends else cls(begins, ends)

    def covers(self, local: time) -> bool:
        """Whether the local time of day lies inside the window (its end does not)."""
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends

    def window_around(self, moment: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
        """The quiet window that holds *moment*, as aware UTC moments, or ``None`` if it is not quiet."""
        local = moment.astimezone(zone)
        if not self.covers(local.time()):
            return None
        first = local.date()
        if self.begins > self.ends and local.time() < self.ends:
            first -= timedelta(days=1)
        last = first + timedelta(days=1) if self.begins > self.ends else first
        begins, ends = _at(first, self.begins, zone), _at(last, self.ends, zone)
        # Where clocks are changed, an end may come twice in one night, a beginning not at all.
        return (
            begins if begins <= moment else _at(first, self.begins, zone, fold=1),
            ends if ends > moment else _at(last, self.ends, zone, fold=1),
        )


NEVER_QUIET = QuietHours(time(0), time(0))
"""Said on purpose, where saying nothing means what holds elsewhere."""


def next_slot(after: datetime, weekday: int, at: time, zone: tzinfo) -> datetime:
    """The first moment after *after* that is *weekday* (Monday 0) at local time *at*, in UTC."""
    local = after.astimezone(zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    found = _at(day, at, zone)
    return found if found > after else _at(day + timedelta(days=7), at, zone)


_WEEKDAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def parse_weekly(text: str) -> tuple[int, time]:
    """``tue 10:00`` as (1, 10:00). Raises `ValueError` with the remedy."""
    parts = text.strip().lower().split()
    try:
        name, clock = parts
        return _WEEKDAYS[name[:3]], time.fromisoformat(clock)
    except (ValueError, KeyError):
        raise ValueError(f"{text!r} is not a weekly time: write a day and a time, such as tue 10:00") from None


def earliest(moments: Iterable[datetime]) -> datetime | None:
    """The earliest of *moments*, ``None`` if there is none."""
    return min(moments, default=None)


def _at(day: date, clock: time, zone: tzinfo, *, fold: int = 0) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC)
