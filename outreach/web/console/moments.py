"""A day and a time as a form sends them: local to a zone, on clocks that are changed twice a year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from outreach.services.problems import Problem


def moment_of(typed: str, zone: str, field: str) -> datetime | Problem:
    """The moment in UTC that *typed* names in *zone*, such as ``2026-12-01T19:30``; or what is wrong with *field*."""
    try:
        local = datetime.fromisoformat(typed)
        moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if local.tzinfo is None else local.astimezone(UTC)
        shown = moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):  # the first and the last day that a computer knows lie beyond another zone's
        return _not_a_time(field)
    if _is_a_day_alone(typed):
        return _not_a_time(field)
    if local.tzinfo is None and shown.replace(tzinfo=None) != local:
        return Problem(field, "no_such_time", "the clocks are changed then: there is no such time")
    return moment


def _not_a_time(field: str) -> Problem:
    return Problem(field, "not_a_time", "that is not a day and time: choose both")


def _is_a_day_alone(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True
