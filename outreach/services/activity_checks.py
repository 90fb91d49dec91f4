"""What is wrong with an activity as somebody plans it: all of it at once, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from unicodedata import category

from outreach.domain.times import Slot
from outreach.services.problems import Problem

MOST_SEATS = 100_000
LONGEST_TITLE = 80  # characters: fits a phone's lock screen and a calendar's month view
LONGEST_TEXT = 1_000
LONGEST_REASON = 200  # characters: a line in the audit
FURTHEST = timedelta(days=10 * 365)  # nobody plans so far ahead: a slip of the hand
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # Unicode: control, half a character, line and paragraph breaks


def about_title(title: str) -> Iterator[Problem]:
    """One short line."""
    yield from _about_line("title", title)
    if len(title) > LONGEST_TITLE:
        yield _too_long("title", title, LONGEST_TITLE)


def about_place(place: str) -> Iterator[Problem]:
    """One line."""
    yield from _about_line("place", place)
    if len(place) > LONGEST_TEXT:
        yield _too_long("place", place, LONGEST_TEXT)


def about_summary(summary: str) -> Iterator[Problem]:
    """It may be empty, and have several lines."""
    if len(summary) > LONGEST_TEXT:
        yield _too_long("summary", summary, LONGEST_TEXT)
    if _UNSEEN & set(map(category, summary.replace("\n", ""))):
        yield Problem("summary", "unseen", "keep to plain text")


def about_seats(seats: int) -> Iterator[Problem]:
    """At least one, at most `MOST_SEATS`."""
    if not 1 <= seats <= MOST_SEATS:
        said = f"{seats} is not between 1 and {MOST_SEATS}"
        yield Problem("seats", "seats", said, {"seats": seats, "most": MOST_SEATS})


def about_start(starts_at: datetime, now: datetime) -> Iterator[Problem]:
    """Ahead, but not too far."""
    if starts_at <= now:
        yield Problem("starts", "past", "it lies in the past; give a later time")
    elif starts_at > now + FURTHEST:
        years = FURTHEST.days // 365
        yield Problem("starts", "too_far", f"more than {years} years ahead; look again", {"years": years})


def about_reason(reason: str) -> Iterator[Problem]:
    """A few words that say why, for the audit."""
    if not reason.strip():
        yield Problem("reason", "empty", "say why in a few words")
    elif len(reason) > LONGEST_REASON:
        values = {"count": len(reason), "most": LONGEST_REASON}
        yield Problem("reason", "too_long", f"more than {LONGEST_REASON} characters", values)


def about_length(starts_at: datetime, ends_at: datetime) -> Iterator[Problem]:
    """It ends after it starts, within `Slot`'s limit."""
    try:
        Slot(starts_at, ends_at)
    except ValueError as reason:
        yield Problem("minutes", "length", str(reason))


def _about_line(name: str, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(name, "empty", "it is empty; say it in a few words")
    elif _UNSEEN & set(map(category, text)):
        yield Problem(name, "one_line", "keep to one line of plain text")


def _too_long(name: str, text: str, most: int) -> Problem:
    said = f"more than {most} characters: {len(text)} where {most} fit"
    return Problem(name, "too_long", said, {"count": len(text), "most": most})
