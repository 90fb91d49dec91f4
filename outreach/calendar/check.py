"""A strict checker of calendar files: what no single reader notices, and what only some of them forgive.

Each rule is a row of facts/calendar.md A.1 to A.4: a defect seen to break a real client. Stricter than RFC 5545 where
that costs us nothing: one escaped form of text, ``mailto:`` alone, no organiser in what is merely published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from outreach.calendar.check_lines import Component, read
from outreach.calendar.check_values import is_calendar_address, is_duration, is_text, moment, small_number

_INSIDE: dict[str, set[str | None]] = {
    "VCALENDAR": {None},
    "VEVENT": {"VCALENDAR"},
    "VTIMEZONE": {"VCALENDAR"},
    "VALARM": {"VEVENT"},
    "STANDARD": {"VTIMEZONE"},
    "DAYLIGHT": {"VTIMEZONE"},
}
_REQUIRED = {
    "VCALENDAR": {"PRODID", "VERSION"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART"},
    "VALARM": {"ACTION", "TRIGGER"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}
_MANY = {
    "ATTENDEE",
    "ATTACH",
    "CATEGORIES",
    "COMMENT",
    "EXDATE",
    "RDATE",
    "TZNAME",
    "RRULE",
}  # all others: at most once
_UTC = {"DTSTAMP", "CREATED", "LAST-MODIFIED"}
_TEXTS = {"SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "UID", "NAME", "X-WR-CALNAME"}
_DURATIONS = {"DURATION", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"}
_ADDRESSES = {"ORGANIZER", "ATTENDEE"}
_KNOWN = {
    "VERSION": {"2.0"},
    "CALSCALE": {"GREGORIAN"},
    "METHOD": {"PUBLISH", "REQUEST", "CANCEL", "REPLY"},
    "STATUS": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
    "CLASS": {"PUBLIC", "PRIVATE", "CONFIDENTIAL"},
    "TRANSP": {"OPAQUE", "TRANSPARENT"},
    "ACTION": {"DISPLAY", "AUDIO", "EMAIL"},
}


def problems(data: bytes) -> list[str]:
    """All that is wrong with the calendar file *data*; empty if it is good. Never raises, whatever the bytes.

    A problem names the line and the property, never a value: titles have no place in a log.
    """
    roots, found = read(data)
    if [root.name for root in roots] != ["VCALENDAR"]:
        found.append("not exactly one VCALENDAR")
    for root in roots:
        for component in root.walk():
            for rule in _EVERYWHERE:
                found.extend(rule(component))
        for rule in _OF_A_CALENDAR:
            found.extend(rule(root))
    return found


def _structure(component: Component) -> Iterator[str]:
    where = f"line {component.line}: {component.name}"
    if component.parent not in _INSIDE.get(component.name, set()):
        yield f"{where} has no place here"
    counted = Counter(found.name for found in component.properties)
    for name in sorted(_REQUIRED.get(component.name, set()) - counted.keys()):
        yield f"{where} without {name}"
    for name in sorted(name for name, times in counted.items() if times > 1 and name not in _MANY):
        yield f"{where} has {name} more than once"


def _values(component: Component) -> Iterator[str]:
    for found in component.properties:
        where = f"line {found.line}: {found.name}"
        if found.name in _KNOWN and found.value not in _KNOWN[found.name]:
            yield f"{where} has an unknown value"
        if found.name in _TEXTS and not is_text(found.value):
            yield f"{where} is not escaped as text"
        if found.name in _DURATIONS and not is_duration(found.value, positive=True):
            yield f"{where} is not a duration"
        if found.name in _ADDRESSES and not is_calendar_address(found.value):
            yield f"{where} is not a mailto: address"
        if found.name == "REFRESH-INTERVAL" and found.parameters.get("VALUE") != "DURATION":
            yield f"{where} without VALUE=DURATION"
        if found.name == "SEQUENCE" and small_number(found.value) is None:
            yield f"{where} is not a number below 2^31"
        if found.name in {"UID", "PRODID", "TZID"} and not found.value.strip():
            yield f"{where} is empty"


def _moments(component: Component) -> Iterator[str]:
    for found in component.all("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", *_UTC):
        where = f"line {found.line}: {found.name}"
        for value in found.value.split(","):
            stated = moment(found, value)
            if stated is None:
                yield f"{where} is not a date or time"
            elif stated.kind == "utc" and "TZID" in found.parameters:
                yield f"{where} has both TZID and Z"
            elif found.name in _UTC and stated.kind != "utc":
                yield f"{where} is not in UTC"
            elif (found.parameters.get("VALUE") == "DATE") != (stated.kind == "date"):
                yield f"{where} and its VALUE disagree"


def _end_after_start(component: Component) -> Iterator[str]:
    start, end = component.first("DTSTART"), component.first("DTEND")
    if end is None or start is None:
        return
    if component.first("DURATION"):
        yield f"line {end.line}: DTEND beside DURATION"
    begins, ends = moment(start), moment(end)
    if begins is None or ends is None:
        return
    if begins.kind != ends.kind:
        yield f"line {end.line}: DTEND is of another kind than DTSTART"
    elif begins.zone == ends.zone and ends.shown <= begins.shown:
        yield f"line {end.line}: DTEND is not after DTSTART"


def _recurrence(component: Component) -> Iterator[str]:
    start = component.first("DTSTART")
    begins = moment(start) if start else None
    if begins is None or component.name != "VEVENT":
        return
    for found in component.all("EXDATE", "RECURRENCE-ID"):
        if any(stated and stated.kind != begins.kind for stated in (moment(found, v) for v in found.value.split(","))):
            yield f"line {found.line}: {found.name} is of another kind than DTSTART"
    for found in component.all("RRULE"):
        rule = dict(part.partition("=")[::2] for part in found.value.upper().split(";"))
        until = moment(found, rule["UNTIL"]) if "UNTIL" in rule else None
        wanted = "utc" if begins.kind == "zoned" else begins.kind
        if "UNTIL" in rule and (until is None or until.kind != wanted):
            yield f"line {found.line}: UNTIL is of another kind than DTSTART asks for"


def _alarm(component: Component) -> Iterator[str]:
    if component.name != "VALARM":
        return
    trigger, action = component.first("TRIGGER"), component.first("ACTION")
    if trigger and trigger.parameters.get("VALUE") == "DATE-TIME":
        stated = moment(trigger)
        if stated is None or stated.kind != "utc":
            yield f"line {trigger.line}: TRIGGER is not in UTC"
    elif trigger and not is_duration(trigger.value):
        yield f"line {trigger.line}: TRIGGER is not a duration"
    if action and action.value == "DISPLAY" and not component.all("DESCRIPTION"):
        yield f"line {component.line}: VALARM without DESCRIPTION"


def _identity(calendar: Component) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for activity in (child for child in calendar.children if child.name == "VEVENT"):
        uid, instance = activity.first("UID"), activity.first("RECURRENCE-ID")
        key = (uid.value if uid else "", instance.value if instance else "")
        if uid and key in seen:
            yield f"line {uid.line}: UID is used twice"
        seen.add(key)


def _zones(calendar: Component) -> Iterator[str]:
    zones = [child for child in calendar.children if child.name == "VTIMEZONE"]
    known = {stated.value for zone in zones for stated in zone.all("TZID")}
    for zone in zones:
        if not any(part.name == "STANDARD" for part in zone.children):
            yield f"line {zone.line}: VTIMEZONE without STANDARD"
    for component in calendar.walk():
        for found in component.properties:
            if "TZID" in found.parameters and found.parameters["TZID"] not in known:
                yield f"line {found.line}: TZID without its VTIMEZONE"


def _method(calendar: Component) -> Iterator[str]:
    stated = calendar.first("METHOD")
    method = stated.value if stated else ""
    for component in (child for child in calendar.children if child.name == "VEVENT"):
        named = component.all(*_ADDRESSES)
        if method == "PUBLISH":
            yield from (f"line {found.line}: {found.name} under PUBLISH" for found in named)
        elif method and not component.all("ORGANIZER"):
            yield f"line {component.line}: {method} without ORGANIZER"
        if len(component.all("ATTENDEE")) > 1:
            yield f"line {component.line}: more than one ATTENDEE: each sees the others"
        status = component.first("STATUS")
        if method == "CANCEL" and (status is None or status.value != "CANCELLED"):
            yield f"line {component.line}: CANCEL without STATUS:CANCELLED"


_EVERYWHERE: tuple[Callable[[Component], Iterator[str]], ...] = (
    _structure,
    _values,
    _moments,
    _end_after_start,
    _recurrence,
    _alarm,
)
_OF_A_CALENDAR: tuple[Callable[[Component], Iterator[str]], ...] = (_identity, _zones, _method)
