"""Who came: when people may be checked in, what they may be noted as, and the figures that follow. No points.

However it was noted (a code on the phone, a tap at the desk, a paper list afterwards) it is one note for a sign-up, and
the figures are made of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.errors import IllegalMove, Refusal
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.signup import Standing
from outreach.domain.times import Slot

OPENS_BEFORE = timedelta(minutes=45)  # who comes early helps with the chairs
CODE_LASTS = timedelta(hours=3)  # after the end: for those whose telephone had no net in the hall
LISTS_LAST = timedelta(days=30)  # after the end: paper lists travel slowly
LATE_AFTER = timedelta(minutes=15)
LATE_CANCELLATION = timedelta(hours=24)
FEEDBACK_AFTER = timedelta(hours=3)  # facts: domain.md 7.4
ASKED_WITHIN = timedelta(days=7)  # after the end: nobody remembers an afternoon for longer
FEWEST_SHOWN = 10  # answers to a question, so that none of them can be guessed to be somebody's
CODE_DIGITS = 4


class How(StrEnum):
    """By which way a note was made."""

    CODE = "code"
    DESK = "desk"
    PAPER = "paper"


class Reason(StrEnum):
    """Why somebody could not come: counted for planning, never kept with the person."""

    HEALTH = "health"
    FAMILY = "family"
    WORK = "work"
    WAY = "way"
    FORGOT = "forgot"
    OTHER = "other"


CAME = frozenset({Standing.ATTENDED, Standing.LATE})
MARKS = CAME | {Standing.ABSENT, Standing.EXCUSED}
HAD_A_SEAT = MARKS | {Standing.SEATED, Standing.OFFERED}
"""Who was expected when it began."""


class CheckInClosed(Refusal):
    """Nobody is checked in now: it is not time yet, or the list is too old. *opens_at* lies ahead in the first case."""

    code = "check_in_closed"

    def __init__(self, activity_id: ActivityId, opens_at: datetime) -> None:
        self.activity_id, self.opens_at = activity_id, opens_at
        super().__init__(f"check-in of activity {activity_id} is closed (it opens {opens_at:%Y-%m-%d %H:%M %Z})")


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted of one sign-up: how it stands and how many *people* of it came; 0 unless it is one of `CAME`."""

    standing: Standing
    people: int


def opens_at(starts_at: datetime) -> datetime:
    """From when on people may be checked in."""
    return starts_at - OPENS_BEFORE


def is_open(slot: Slot, now: datetime, how: How) -> bool:
    """Whether a note may be made *now*: by code from shortly before until some hours after, on a list much longer."""
    lasts = CODE_LASTS if how is How.CODE else LISTS_LAST
    return opens_at(slot.starts_at) <= now < slot.ends_at + lasts


def require_open(activity_id: ActivityId, slot: Slot, now: datetime, how: How) -> None:
    """Raise `CheckInClosed` unless `is_open`."""
    if not is_open(slot, now, how):
        raise CheckInClosed(activity_id, opens_at(slot.starts_at))


def arrived(slot: Slot, now: datetime) -> Standing:
    """What somebody is who comes in *now*. Who says so after the end does not say when they came: in time, then."""
    return Standing.LATE if slot.starts_at + LATE_AFTER < now < slot.ends_at else Standing.ATTENDED


def note(now_stands: Standing, party: int, mark: Standing, people: int | None = None) -> Note:
    """The note that *mark* makes of a sign-up of *party* people; ``None``: all of them. Raises `IllegalMove`.

    Whoever had no seat but was let in has come; they cannot have been absent. A refusal stays one.
    """
    if mark not in MARKS or now_stands is Standing.REFUSED:
        raise IllegalMove("sign-up", now_stands, mark)
    if mark not in CAME and now_stands not in HAD_A_SEAT:
        raise IllegalMove("sign-up", now_stands, mark)
    came = party if people is None else people
    if mark in CAME and not 1 <= came <= party:
        raise IllegalMove("sign-up", now_stands, mark)
    return Note(mark, came if mark in CAME else 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """Sign-ups of an activity that stand alike: *party* people signed up in all, *people* of them came."""

    standing: Standing
    mark: Standing | None
    party: int
    people: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """How an activity went, in people. Whoever of a party stayed at home counts as the party's mark says, or absent.

    *expected* had a seat when it began; *open*: nobody has noted yet whether they came. *walk_ins* had none and came.
    *cancelled_late* gave their seat back within a day of the beginning.
    """

    expected: int = 0
    attended: int = 0
    late: int = 0
    absent: int = 0
    excused: int = 0
    open: int = 0
    walk_ins: int = 0
    cancelled_late: int = 0

    @property
    def came(self) -> int:
        """All who were there."""
        return self.attended + self.late + self.walk_ins

    @property
    def show_rate(self) -> float | None:
        """Of those who were expected and of whom it is known, how many came; ``None``: of nobody."""
        known = self.expected - self.open
        return (self.attended + self.late) / known if known else None

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def numbers(tallies: Iterable[Tally], walk_ins: int, cancelled_late: int) -> Numbers:
    """The figures of one activity. *walk_ins*: those who were counted at the door without a sign-up."""
    return sum((_of(tally) for tally in tallies), Numbers(walk_ins=walk_ins, cancelled_late=cancelled_late))


def asks_at(ends_at: datetime) -> datetime:
    """From when on those who came are asked how it was, and those who did not hear that they were missed."""
    return ends_at + FEEDBACK_AFTER


def asks_until(ends_at: datetime) -> datetime:
    """Until when they are; later nobody hears of it any more."""
    return ends_at + ASKED_WITHIN


def feedback_key(activity: ActivityId, resident: ResidentId) -> str:
    """Once per person and activity, whomever they brought."""
    return f"feedback:a{activity}:r{resident}"


def missed_key(activity: ActivityId, resident: ResidentId) -> str:
    """Once per person and activity, whomever they had signed up."""
    return f"missed:a{activity}:r{resident}"


def _of(tally: Tally) -> Numbers:
    if tally.standing not in HAD_A_SEAT:
        return Numbers(walk_ins=tally.people)
    stayed = tally.party - tally.people
    match tally.mark:
        case Standing.ATTENDED:
            return Numbers(tally.party, attended=tally.people, absent=stayed)
        case Standing.LATE:
            return Numbers(tally.party, late=tally.people, absent=stayed)
        case Standing.ABSENT:
            return Numbers(tally.party, absent=tally.party)
        case Standing.EXCUSED:
            return Numbers(tally.party, excused=tally.party)
        case _:
            return Numbers(tally.party, open=tally.party)
