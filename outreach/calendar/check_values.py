"""The forms of calendar values: moments, durations, texts, addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from outreach.calendar.check_lines import Property

MomentKind: TypeAlias = Literal["date", "utc", "zoned", "floating"]

_TIME = r"\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S"
_DURATION = re.compile(rf"([+-]?)P(?:\d+W|\d+D(?:T(?:{_TIME}))?|T(?:{_TIME}))", re.ASCII)
_TEXT = re.compile(r"(?:[^\\,;]|\\[\\,;nN])*", re.DOTALL)
_ADDRESS = re.compile(r"mailto:[^@\s]+@[^@\s]+", re.IGNORECASE)
_MOMENT = re.compile(r"\d{8}(?:T\d{6}(Z?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """A DATE or DATE-TIME: of which kind, in which zone (``zoned`` only), and what the clock there shows."""

    kind: MomentKind
    zone: str
    shown: datetime


def moment(found: Property, value: str | None = None) -> Moment | None:
    """The moment that *found* (or *value*, one of its values) states, ``None`` if it is none that exists."""
    text = found.value if value is None else value
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        shown = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        return None
    zone = found.parameters.get("TZID", "")
    if "T" not in text:
        return Moment("date", "", shown)
    if match[1]:
        return Moment("utc", "", shown)
    return Moment("zoned" if zone else "floating", zone, shown)


def is_duration(value: str, *, positive: bool = False) -> bool:
    """Whether *value* is a DURATION (RFC 5545 §3.3.6): ``PT1H``, never ``P1H``. *positive*: and not below zero."""
    match = _DURATION.fullmatch(value)
    return match is not None and not (positive and match[1] == "-")


def is_text(value: str) -> bool:
    """Whether every comma, semicolon and backslash of *value* is escaped, and nothing else is."""
    return _TEXT.fullmatch(value) is not None


def small_number(value: str) -> int | None:
    """*value* as a number from 0 to 2^31 - 1, ``None`` if it is none: readers keep SEQUENCE in 32 bits."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 10):
        return None
    number = int(value)
    return number if number < 2**31 else None


def is_calendar_address(value: str) -> bool:
    """Whether *value* is a ``mailto:`` address, the only form that clients agree on."""
    return _ADDRESS.fullmatch(value) is not None
