"""When reminders are due: derived from the activity, its leads and the quiet hours; never stored ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from outreach.domain.times import QuietHours

STILL_USEFUL = timedelta(minutes=30)  # time to get ready and go; a later reminder would only alarm


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder of an activity: the moment it is due and the lead that it is for."""

    at: datetime
    lead: timedelta


def reminder_moment(starts_at: datetime, lead: timedelta, quiet: QuietHours | None, zone: tzinfo) -> datetime:
    """When the reminder *lead* before *starts_at* goes out, in UTC.

    In quiet hours it waits for their end if that still leaves half an hour; otherwise it goes just before they begin.
    """
    moment = starts_at - lead
    window = quiet.window_around(moment, zone) if quiet is not None else None
    if window is None:
        return moment
    begins, ends = window
    if ends <= starts_at - STILL_USEFUL:
        return ends
    return begins - timedelta(minutes=1)


def reminders_of(
    starts_at: datetime, leads: Iterable[timedelta], quiet: QuietHours | None, zone: tzinfo
) -> tuple[DueReminder, ...]:
    """All reminders of an activity, earliest first; of two that fall on one moment only the shorter lead stays."""
    by_moment: dict[datetime, timedelta] = {}
    for lead in sorted(leads, reverse=True):
        by_moment[reminder_moment(starts_at, lead, quiet, zone)] = lead
    return tuple(DueReminder(at, by_moment[at]) for at in sorted(by_moment))


def next_reminder(reminders: Iterable[DueReminder], after: datetime) -> DueReminder | None:
    """The first of *reminders* (earliest first) that is due later than *after*."""
    return next((due for due in reminders if due.at > after), None)
