"""One broadcast: its states, who must approve it, what it counts as, until when it helps, and when it would be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NewType

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import IllegalMove, Refusal
from outreach.domain.ids import ResidentId, StaffId
from outreach.domain.messages import MessageKind
from outreach.domain.times import QuietHours

BroadcastId = NewType("BroadcastId", int)

STILL_WELCOME = timedelta(days=7)  # a text or an item that could not go out for so long is left out


class About(StrEnum):
    """What a broadcast is made of."""

    ACTIVITY = "activity"  # an activity, announced in our own words
    ITEM = "item"  # an item of the library, in the version that was approved
    TEXT = "text"  # words that staff wrote


class BroadcastState(StrEnum):
    """draft > approved > planning > sending > done, or stopped on the way."""

    DRAFT = "draft"
    APPROVED = "approved"
    PLANNING = "planning"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


_S = BroadcastState

MOVES: dict[BroadcastState, frozenset[BroadcastState]] = {
    _S.DRAFT: frozenset({_S.APPROVED, _S.STOPPED}),
    _S.APPROVED: frozenset({_S.PLANNING, _S.STOPPED}),
    _S.PLANNING: frozenset({_S.SENDING, _S.STOPPED}),
    _S.SENDING: frozenset({_S.DONE, _S.STOPPED}),
    _S.DONE: frozenset(),
    _S.STOPPED: frozenset(),
}


class SecondPersonNeeded(Refusal):
    """Whoever wrote it may not be the one who approves it."""

    code = "second_person_needed"


@dataclass(frozen=True, slots=True)
class Approved:
    """It may go out. *alone*: it asked for a second person, and whoever holds the machine did without."""

    broadcast_id: BroadcastId
    alone: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing more of it goes out."""

    broadcast_id: BroadcastId
    was: BroadcastState


@dataclass(slots=True)
class Broadcast:
    """What a decision about a broadcast needs: what it is about, how far it is, and who drafted it."""

    id: BroadcastId
    about: About
    state: BroadcastState
    drafted_by: str
    drafted_by_id: StaffId | None = None

    def approve(self, by: Actor, *, second_person: bool) -> Approved:
        """Let it go out. *second_person*: whether its region wants one. Raises `SecondPersonNeeded`, `IllegalMove`."""
        alone = self.needs_another(by, second_person=second_person)
        if alone and by.role is not Role.OPERATOR:
            raise SecondPersonNeeded(f"broadcast {self.id} was drafted by {by.name}; somebody else has to approve it")
        self.move(_S.APPROVED)
        return Approved(self.id, alone)

    def stop(self) -> Stopped:
        """End it, whether or not it has begun. Raises `IllegalMove` if it is over."""
        was = self.state
        self.move(_S.STOPPED)
        return Stopped(self.id, was)

    def move(self, new: BroadcastState) -> None:
        """Raises `IllegalMove` unless it may become *new* from here."""
        if new not in MOVES[self.state]:
            raise IllegalMove("broadcast", self.state, new)
        self.state = new

    def needs_another(self, by: Actor, *, second_person: bool) -> bool:
        """Whether somebody other than *by* has to approve it."""
        return second_person and wants_second_person(self.about) and self._is_drafter(by)

    def _is_drafter(self, by: Actor) -> bool:
        if by.staff_id is not None or self.drafted_by_id is not None:
            return by.staff_id == self.drafted_by_id
        return by.name == self.drafted_by


def wants_second_person(about: About) -> bool:
    """Free words and education do; an activity is announced in words that are ours."""
    return about is not About.ACTIVITY


def kind_of(about: About) -> MessageKind:
    """What people must have agreed to: items of the library are education, the rest are announcements."""
    return MessageKind.EDUCATION if about is About.ITEM else MessageKind.ANNOUNCEMENT


def helps_until(begins: datetime, activity_starts: datetime | None) -> datetime:
    """Until when it is of use: to the start of its activity, else `STILL_WELCOME`."""
    return begins + STILL_WELCOME if activity_starts is None else activity_starts


def broadcast_key(broadcast: BroadcastId, resident: ResidentId) -> str:
    """Once per broadcast and resident."""
    return f"broadcast:b{broadcast}:r{resident}"


def finishes_at(begins: datetime, messages: int, per_second: float, quiet: QuietHours | None, zone: tzinfo) -> datetime:
    """When the last of *messages* is out, *per_second* of them from *begins* on, none in quiet hours. Aware, UTC."""
    left, moment = timedelta(seconds=messages / per_second), begins.astimezone(UTC)
    while quiet is not None and left > timedelta():
        night = quiet.window_around(moment, zone)
        if night is not None:
            moment = night[1]
        evening = _next_evening(moment, quiet, zone)
        if moment + left <= evening:
            break
        left -= evening - moment
        moment = evening
    return moment + left


def _next_evening(moment: datetime, quiet: QuietHours, zone: tzinfo) -> datetime:
    """When the next quiet hours begin, after *moment*."""
    today = moment.astimezone(zone).date()
    evenings = (datetime.combine(today + timedelta(days=more), quiet.begins, tzinfo=zone) for more in range(3))
    return next(evening.astimezone(UTC) for evening in evenings if evening.astimezone(UTC) > moment)
