"""Mass messages: one text for many whom nothing else reaches just now, and what a platform ties them to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import NewType

from outreach.domain.may_send import Why

MassId = NewType("MassId", int)

BY_PLATFORM = timezone(timedelta(hours=8))
"""Days and months of quotas are those of China (platforms.md A9)."""

GATHERED = frozenset({Why.WINDOW_CLOSED.value, Why.QUOTA_USED.value, "mass_later"})
"""Why somebody waits who may be told by a mass message instead."""

ASKED_AGAIN = timedelta(hours=1)
"""So long one of which we heard nothing is asked for again under its name, which the platform knows for a day.

Later it would go out at a time that nobody chose.
"""


class MassState(StrEnum):
    """gathering > ready (each is asked about once more) > calling > accepted or refused > done."""

    GATHERING = "gathering"
    READY = "ready"
    CALLING = "calling"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class MassTerms:
    """From *fewest* to *most* people in one; *a_month* for each person; *a_day* of the account, ``None``: no limit."""

    fewest: int
    most: int
    a_month: int
    a_day: int | None = None


def month_of(now: datetime) -> str:
    """The month whose quota *now* uses, such as ``2026-11``."""
    return f"{now.astimezone(BY_PLATFORM):%Y-%m}"


def day_of(now: datetime) -> datetime:
    """When the day began whose quota *now* uses."""
    return now.astimezone(BY_PLATFORM).replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(now: datetime) -> datetime:
    """When there is a new day's quota."""
    return day_of(now) + timedelta(days=1)


def may_ask_again(called_at: datetime, now: datetime) -> bool:
    """Whether one first given away at *called_at*, and never heard of, is asked for again."""
    return now < called_at + ASKED_AGAIN
