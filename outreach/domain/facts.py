"""What has just become true. `services.consequences` says what follows from each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.signup import SignUp
from outreach.domain.times import Slot

TIME_TO_ADAPT = timedelta(hours=2)  # to hear of it before one sets out, and to plan the day anew


def needed_by(*starts: datetime) -> datetime:
    """Until when somebody must know what changes for them: before they set out for the earliest of *starts*."""
    return min(starts) - TIME_TO_ADAPT


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Somebody has a seat, a place in the queue, or a request with staff. *again*: they stood so before."""

    activity_id: ActivityId
    sign_up: SignUp
    again: bool
    companions: tuple[SignUp, ...] = ()
    """Those who come along, where each has a place in the queue."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Somebody gave their place back; *promoted* moved up, in queue order. *companions* left with them."""

    activity_id: ActivityId
    sign_up: SignUp
    promoted: tuple[SignUp, ...]
    companions: tuple[SignUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nobody answered an offer of a place; *promoted* moved up, in queue order."""

    activity_id: ActivityId
    sign_up: SignUp
    promoted: tuple[SignUp, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Staff said yes: now seated or waiting."""

    activity_id: ActivityId
    sign_up: SignUp


@dataclass(frozen=True, slots=True)
class Refused:
    """Staff said no; *promoted* moved up, in queue order."""

    activity_id: ActivityId
    sign_up: SignUp
    promoted: tuple[SignUp, ...]


@dataclass(frozen=True, slots=True)
class Reordered:
    """Somebody who waits has another turn; *promoted* moved up by it, in queue order."""

    activity_id: ActivityId
    sign_up: SignUp
    promoted: tuple[SignUp, ...]


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """An activity has another time or place. Whoever does not hear of it goes to the *old* one."""

    activity_id: ActivityId
    old: Slot
    new: Slot
    old_place: str
    new_place: str
    revision: int

    @property
    def needed_by(self) -> datetime:
        """Until when everybody concerned must know."""
        return needed_by(self.old.starts_at, self.new.starts_at)


@dataclass(frozen=True, slots=True)
class CalledOff:
    """An activity will not take place. *starts_at* is when it would have begun."""

    activity_id: ActivityId
    revision: int
    starts_at: datetime

    @property
    def needed_by(self) -> datetime:
        """Until when everybody concerned must know."""
        return needed_by(self.starts_at)


@dataclass(frozen=True, slots=True)
class Resized:
    """An activity has another number of seats; *promoted* moved up, in queue order. Nobody loses one by it."""

    activity_id: ActivityId
    old: int
    new: int
    promoted: tuple[SignUp, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A draft is there for everybody whom it is for."""

    activity_id: ActivityId
    revision: int


@dataclass(frozen=True, slots=True)
class Erased:
    """A resident asked to be forgotten, and is. *left* are the places they gave back by it."""

    resident_id: ResidentId
    left: tuple[Withdrawn, ...]
