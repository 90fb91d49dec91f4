"""One entry as a ready VEVENT block: escaped and folded by icalendar, the same bytes for the same state."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event

from outreach.calendar.clean import clean_line, clean_text, clean_url
from outreach.calendar.entry import Entry

NAMELESS = "—"
"""Shown for a title of which cleaning leaves nothing: an entry without SUMMARY looks broken in every client."""


def vevent_block(entry: Entry) -> bytes:
    """*entry* from ``BEGIN:VEVENT`` to ``END:VEVENT`` with the line end, CRLF, lines of at most 75 octets.

    Times are in UTC (``Z``), so that no time zone has to travel along, unless the entry names a zone. Empty texts are
    left out, and so is the alarm of what was cancelled. About 0.2 ms: feeds keep what they made.
    """
    title = clean_line(entry.title) or NAMELESS
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("created", entry.created_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", shown(entry, entry.starts_at))
    event.add("dtend", shown(entry, entry.ends_at))
    event.add("status", entry.status.upper())
    event.add("class", "PRIVATE" if entry.private else "PUBLIC")
    event.add("summary", title)
    _add_texts(event, entry)
    if entry.alarm is not None and entry.status != "cancelled":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -entry.alarm)
        alarm.add("description", title)
        event.add_component(alarm)
    block: bytes = event.to_ical()
    return block


def shown(entry: Entry, at: datetime) -> datetime:
    """*at* as it is written: on the clock of the entry's zone, in UTC without one.

    In UTC, too, in the hour that a clock shows twice: with a TZID it would mean the first (RFC 5545 §3.3.5).
    """
    if entry.zone is None:
        return at
    local = at.astimezone(ZoneInfo(entry.zone))
    return at if local.fold else local


def _add_texts(event: Event, entry: Entry) -> None:
    if place := clean_line(entry.place or ""):
        event.add("location", place)
    if description := clean_text(entry.description or ""):
        event.add("description", description)
    if url := clean_url(entry.url or ""):
        event.add("url", url)
