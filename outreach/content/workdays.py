"""Days on which people work: no weekend and no public holiday, but the weekends on which China makes up for one."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

_CHINA = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "PRC"})
_SATURDAY = 5


@lru_cache(maxsize=4096)
def is_workday(day: date, zone: str) -> bool:
    """Whether people work on *day* where *zone* (an IANA name) holds. Outside China, Monday to Friday."""
    if zone not in _CHINA:
        return day.weekday() < _SATURDAY
    import holidays  # a quarter of a second: only where it is asked for

    return bool(holidays.country_holidays("CN", years=day.year).is_working_day(day))
