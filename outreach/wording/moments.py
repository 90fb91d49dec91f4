"""Moments as people read them: 12月1日（周二）下午2:00–3:30, Tue 1 Dec, 14:00–15:30. Local time is made here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.messages import Language

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PARTS_OF_DAY_ZH = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_NEAR = {
    Language.ZH: {0: "今天 ", 1: "明天 "},
    Language.EN: {0: "today, ", 1: "tomorrow, "},
}


def when(starts_at: datetime, ends_at: datetime, zone: str, language: Language, now: datetime) -> str:
    """From when to when, in the local time of *zone* (an IANA name): day, weekday, both ends.

    Says today or tomorrow in front, and the year if it is not the present one. All three moments are aware.
    """
    starts, ends, today = _local(starts_at, zone), _local(ends_at, zone), _local(now, zone).date()
    if starts.date() == ends.date():
        hours = _hours(starts.time(), ends.time(), language)
        return _joined(_dated(starts.date(), today, language), hours, language)
    first = _joined(_dated(starts.date(), today, language), _clock(starts.time(), language), language)
    last = _joined(_dated(ends.date(), today, language, near=False), _clock(ends.time(), language), language)
    return f"{first} – {last}"


def day(moment: datetime, zone: str, language: Language, now: datetime) -> str:
    """The day of *moment* in *zone*: ``12月1日（周二）``, ``Tue 1 Dec``; today and tomorrow say so in front."""
    return _dated(_local(moment, zone).date(), _local(now, zone).date(), language)


def moment(at: datetime, zone: str, language: Language, now: datetime) -> str:
    """Day and time of *at* in *zone*: ``明天 12月1日（周二）下午2:00``."""
    local = _local(at, zone)
    return _joined(_dated(local.date(), _local(now, zone).date(), language), _clock(local.time(), language), language)


def clock(moment: datetime, zone: str, language: Language) -> str:
    """The time of day of *moment* in *zone*: ``下午2:00``, ``14:00``."""
    return _clock(_local(moment, zone).time(), language)


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _dated(on: date, today: date, language: Language, *, near: bool = True) -> str:
    front = _NEAR[language].get((on - today) // timedelta(days=1), "") if near else ""
    if language is Language.ZH:
        year = "" if on.year == today.year else f"{on.year}年"
        return f"{front}{year}{on.month}月{on.day}日（周{_WEEKDAYS_ZH[on.weekday()]}）"
    year = "" if on.year == today.year else f" {on.year}"
    return f"{front}{_WEEKDAYS_EN[on.weekday()]} {on.day} {_MONTHS_EN[on.month - 1]}{year}"


def _joined(dated: str, hours: str, language: Language) -> str:
    return f"{dated}{hours}" if language is Language.ZH else f"{dated}, {hours}"


def _hours(starts: time, ends: time, language: Language) -> str:
    if language is Language.ZH and _part_of_day(starts) == _part_of_day(ends):
        return f"{_clock(starts, language)}–{_figures(ends)}"
    return f"{_clock(starts, language)}–{_clock(ends, language)}"


def _clock(at: time, language: Language) -> str:
    return f"{_part_of_day(at)}{_figures(at)}" if language is Language.ZH else f"{at:%H:%M}"


def _part_of_day(at: time) -> str:
    return next(name for before, name in _PARTS_OF_DAY_ZH if at.hour < before)


def _figures(at: time) -> str:
    return f"{at.hour - 12 if at.hour > 12 else at.hour}:{at.minute:02}"
