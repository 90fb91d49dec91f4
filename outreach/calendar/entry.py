"""One calendar entry: the state of an activity as one surface shows it, and the rules of its identity."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.domain.times import require_aware

Status: TypeAlias = Literal["confirmed", "cancelled"]

HIGHEST_SEQUENCE = 2**31 - 1  # readers keep it in 32 bits: milliseconds as SEQUENCE break imports (calendar.md A.1)

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,99}", re.ASCII)
_UID = re.compile(r"[\x21-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{8,200}", re.ASCII)  # printable, nothing that needs escaping


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a calendar shows of one activity. Moments are aware and come out in UTC, to the second.

    *title*, *place* and *description* are raw: `outreach.calendar.clean` is applied when they are written. The caller
    has made them discreet enough for the surface (domain.md, red line 6).
    *changed_at* is the last change of this state, never the moment of asking: it becomes DTSTAMP, and with the
    moment of asking no two answers would be alike.
    *zone*: an IANA name for what repeats there at the same hour: its times are written as the clock there shows them,
    with TZID, so that an entry planned far ahead moves along if a government moves its clock. Without it: in UTC.
    *private* sets CLASS:PRIVATE, and keeps the entry out of every cache. *alarm* is how long before the start one
    alarm shows the title, in whole minutes.

    Raises `ValueError` for a naive moment, an end that is not after its start, a UID or SEQUENCE no reader would take,
    an unknown zone.
    """

    uid: str
    sequence: int
    title: str = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    created_at: datetime
    status: Status = "confirmed"
    place: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    description: str | None = field(default=None, repr=False)
    private: bool = False
    alarm: timedelta | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        for name in ("starts_at", "ends_at", "changed_at", "created_at"):
            object.__setattr__(self, name, require_aware(getattr(self, name)).replace(microsecond=0))
        if self.ends_at <= self.starts_at:
            raise ValueError("an entry must end after it starts")
        if not _UID.fullmatch(self.uid):
            raise ValueError("a UID is 8 to 200 printable ASCII characters without comma, semicolon and backslash")
        if not 0 <= self.sequence <= HIGHEST_SEQUENCE:
            raise ValueError(f"a SEQUENCE lies between 0 and {HIGHEST_SEQUENCE}")
        if self.alarm is not None and (self.alarm <= timedelta(0) or self.alarm % timedelta(minutes=1)):
            raise ValueError("an alarm is a whole number of minutes before the start")
        if self.zone is not None:
            _require_zone(self.zone)


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError("a zone is an IANA name") from unknown


def uid_of(key: str) -> str:
    """The UID of the activity whose random *key* (8 to 100 letters, digits, ``.``, ``_``, ``-``) was made with it.

    The same on every surface for ever. It says nothing about host or people, so it survives a move to another domain;
    ``.invalid`` can belong to nobody (RFC 2606 §2). Raises `ValueError` for another kind of key.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("a UID's key is 8 to 100 letters, digits, dots, underscores or hyphens")
    return f"activity-{key}@outreach.invalid"


def sequence(activity_revision: int, sign_up_revision: int = 0) -> int:
    """The SEQUENCE of an entry; a personal surface adds the sign-up's own revision. Neither ever falls, so nor does it.

    Raises `ValueError` if either is negative.
    """
    if activity_revision < 0 or sign_up_revision < 0:
        raise ValueError("a revision is never negative")
    return activity_revision + sign_up_revision
