"""Two states of one calendar, older and newer: whether a reader that knows the first will believe the second."""

from __future__ import annotations

from outreach.calendar.check_lines import Component, read
from outreach.calendar.check_values import small_number

_MATERIAL = ("DTSTART", "DTEND", "STATUS")  # a change of these asks for a higher SEQUENCE (RFC 5546 §2.1.4)


def regressions(older: bytes, newer: bytes) -> list[str]:
    """What is wrong with the step from *older* to *newer*, by UID: a SEQUENCE that fell or had to rise."""
    before, after = _by_uid(older), _by_uid(newer)
    found = []
    for uid in sorted(before.keys() & after.keys()):
        was, now = _sequence(before[uid]), _sequence(after[uid])
        if now < was:
            found.append(f"{uid}: SEQUENCE fell from {was} to {now}")
        elif now == was and _material(before[uid]) != _material(after[uid]):
            found.append(f"{uid}: time or status changed, SEQUENCE did not rise")
    return found


def _by_uid(data: bytes) -> dict[str, Component]:
    roots, _ = read(data)
    found = (component for root in roots for component in root.walk() if component.name == "VEVENT")
    return {uid.value: component for component in found if (uid := component.first("UID"))}


def _sequence(component: Component) -> int:
    stated = component.first("SEQUENCE")
    return (small_number(stated.value) if stated else None) or 0


def _material(component: Component) -> list[str]:
    return [stated.value if (stated := component.first(name)) else "" for name in _MATERIAL]
