"""The one decision: may this message go to this person through this door, now, later or not at all?

Pure. The planner's SQL states the person-independent part again; a property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from outreach.domain.messages import MessageKind
from outreach.domain.people import Audience, Purpose, is_about_chosen
from outreach.domain.quiet_days import QuietDays
from outreach.domain.times import QuietHours


class Why(StrEnum):
    """The reason for a no, kept on the row."""

    NO_CONSENT = "no_consent"
    RESTRICTED = "restricted"
    NOT_FOR_THEM = "not_for_them"
    MUTED = "muted"
    UNREACHABLE = "unreachable"
    TOO_LATE = "too_late"
    CAPPED = "capped"
    QUIET_DAY = "quiet_day"
    WINDOW_CLOSED = "window_closed"
    QUOTA_USED = "quota_used"


@dataclass(frozen=True, slots=True)
class Now:
    """Send it."""


@dataclass(frozen=True, slots=True)
class Later:
    """Ask again at *at*."""

    at: datetime


@dataclass(frozen=True, slots=True)
class No:
    """Do not send it."""

    why: Why


Decision: TypeAlias = Now | Later | No


@dataclass(frozen=True, slots=True)
class Recipient:
    """What the decision needs to know of a person and the address in question.

    *topics*: what they want to hear about; empty: they did not say. *weekly_cap*: the most announcements and tips that
    they get in a week; ``None``: as many as there are. *told*: when they got those of the last week, in any order.
    *quiet_days*: those that hold where they live, in any order.
    """

    consents: frozenset[Purpose]
    audiences: frozenset[str]
    quiet: QuietHours | None
    zone: tzinfo
    reachable: bool = True
    muted_kinds: frozenset[MessageKind] = frozenset()
    muted_regions: frozenset[int] = frozenset()
    weekly_cap: int | None = None
    told: tuple[datetime, ...] = ()
    topics: frozenset[str] = frozenset()
    quiet_days: tuple[QuietDays, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What the decision needs to know of a message. *helps_until*: after that moment it can no longer help.

    *region_lineage*: the part of the network that it comes from, and all above it; muting one of them ends it.
    *needed_by*: until then they must have it, to act on it; it wakes somebody rather than wait beyond that.
    *restricted_to*: the audiences that alone may be told of it, by own choice; ``None``: it is not restricted.
    """

    kind: MessageKind
    audience: Audience = field(default_factory=lambda: Audience(frozenset({"general"})))
    region_lineage: frozenset[int] = frozenset()
    helps_until: datetime | None = None
    needed_by: datetime | None = None
    topics: frozenset[str] = frozenset()
    restricted_to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """What the decision needs to know of the way: when the person last wrote, and how long that opens the door.

    *quota_left*: so many messages the platform still lets through to them; ``None``: it does not count. *reserved*: so
    many of these are kept for what concerns them alone. *public*: others read along, as in a group.
    """

    may_push: bool = True
    last_word: datetime | None = None
    reply_window: timedelta | None = None
    quota_left: int | None = None
    reserved: int = 0
    public: bool = False


NEEDS = {
    MessageKind.CONFIRMATION: Purpose.TAKE_PART,
    MessageKind.CHANGE: Purpose.TAKE_PART,
    MessageKind.REMINDER: Purpose.TAKE_PART,
    MessageKind.ANNOUNCEMENT: Purpose.NEWS,
    MessageKind.EDUCATION: Purpose.TIPS,
}
"""What somebody must have allowed before they get such a message."""
WEEK = timedelta(days=7)
_ANSWERS = frozenset({MessageKind.SAFETY, MessageKind.REPLY})
BY_AUDIENCE = frozenset({MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION})
"""What goes to those it may interest, not to those who joined something: chosen by audience, and only so often."""
_WAITS_FOR_MORNING = frozenset(
    {MessageKind.CHANGE, MessageKind.REMINDER, MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION}
)


def may_send(person: Recipient, subject: Subject, door: Door, now: datetime) -> Decision:
    """Decide. What answers a person is never held up by their settings, only by a closed door."""
    if not person.reachable:
        return No(Why.UNREACHABLE)
    if subject.helps_until is not None and now >= subject.helps_until:
        return No(Why.TOO_LATE)
    refusal = None if subject.kind in _ANSWERS else _refusal(person, subject, door)
    closed = refusal or _closed(subject, door, now)
    if closed is not None:
        return No(closed)
    return _by_the_cap(person, subject, now) or _by_the_clock(person, subject, now)


def _refusal(person: Recipient, subject: Subject, door: Door) -> Why | None:
    if NEEDS[subject.kind] not in person.consents:
        return Why.NO_CONSENT
    if subject.kind in person.muted_kinds or subject.region_lineage & person.muted_regions:
        return Why.MUTED
    if subject.restricted_to is not None and (door.public or not _is_in_the_circle(person, subject)):
        return Why.RESTRICTED
    return None if _is_for(person, subject) else Why.NOT_FOR_THEM


def _is_in_the_circle(person: Recipient, subject: Subject) -> bool:
    # What somebody joined is theirs to hear of, by whatever way they came to it.
    return subject.kind not in BY_AUDIENCE or bool((subject.restricted_to or frozenset()) & person.audiences)


def _is_for(person: Recipient, subject: Subject) -> bool:
    if subject.kind not in BY_AUDIENCE:
        return True
    return subject.audience.includes(person.audiences) and is_about_chosen(subject.topics, person.topics)


def _closed(subject: Subject, door: Door, now: datetime) -> Why | None:
    if not door.may_push or not _is_in_the_window(door, now):
        return Why.WINDOW_CLOSED
    kept = door.reserved if subject.kind in BY_AUDIENCE else 0
    return Why.QUOTA_USED if door.quota_left is not None and door.quota_left <= kept else None


def _is_in_the_window(door: Door, now: datetime) -> bool:
    if door.reply_window is None:
        return True
    return door.last_word is not None and now < door.last_word + door.reply_window


def _by_the_cap(person: Recipient, subject: Subject, now: datetime) -> Decision | None:
    """Later, when the oldest of this week's falls out of the week, if that still helps; ``None``: there is room."""
    cap = person.weekly_cap
    if cap is None or subject.kind not in BY_AUDIENCE:
        return None
    told = sorted(moment for moment in person.told if moment > now - WEEK)
    if len(told) < cap:
        return None
    free_at = told[-cap] + WEEK if cap > 0 else None
    if free_at is None or (subject.helps_until is not None and free_at >= subject.helps_until):
        return No(Why.CAPPED)
    return Later(free_at)


def _by_the_clock(person: Recipient, subject: Subject, now: datetime) -> Decision:
    days_end = _days_end(person, subject, now)
    if days_end is not None:
        is_over = subject.helps_until is not None and days_end >= subject.helps_until
        return No(Why.QUIET_DAY) if is_over else _waiting_until(days_end, person, subject)
    night_ends = _night_ends(person, subject, now)
    # Waiting past the point of use would be the same as not telling: a late night message is the lesser harm.
    if night_ends is None or _is_too_late(subject, night_ends):
        return Now()
    return _waiting_until(night_ends, person, subject)


def _waiting_until(moment: datetime, person: Recipient, subject: Subject) -> Decision:
    """What is decided then: a night may end on a quiet day, and that in a night."""
    then = _by_the_clock(person, subject, moment)
    return Later(moment) if isinstance(then, Now) else then


def _days_end(person: Recipient, subject: Subject, now: datetime) -> datetime | None:
    if subject.kind not in BY_AUDIENCE:
        return None
    holding = [day for day in person.quiet_days if day.hold_up(subject.kind, subject.topics, person.audiences)]
    ends = (day.end_after(now, person.zone) for day in holding)
    return max((end for end in ends if end is not None), default=None)


def _night_ends(person: Recipient, subject: Subject, now: datetime) -> datetime | None:
    if subject.kind not in _WAITS_FOR_MORNING or person.quiet is None:
        return None
    window = person.quiet.window_around(now, person.zone)
    return None if window is None else window[1]


def _is_too_late(subject: Subject, morning: datetime) -> bool:
    if subject.helps_until is not None and morning >= subject.helps_until:
        return True
    return subject.needed_by is not None and morning > subject.needed_by
