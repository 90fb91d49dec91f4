"""Read models about who came: the list of an activity, its lines, figures, and what people answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.attendance import FEWEST_SHOWN, Numbers
from outreach.domain.ids import ActivityId, ResidentId, SignUpId
from outreach.domain.signup import Standing


@dataclass(frozen=True, slots=True)
class AttendanceList:
    """The list of one activity. *code* is on the door; *closed_at*: it is complete since then."""

    activity_id: ActivityId
    code: str
    walk_ins: int = 0
    cancelled_late: int = 0
    closed_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether somebody has said that it is complete."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """One sign-up on the list. *mark* is what is noted, ``None``: nothing yet; *people* of its *party* came."""

    sign_up_id: SignUpId
    number: int
    standing: Standing
    party: int
    beneficiary: int
    mark: Standing | None = None
    people: int = 0
    nickname: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Present:
    """A sign-up of somebody who is about to be checked in."""

    sign_up_id: SignUpId
    activity_id: ActivityId
    standing: Standing
    party: int
    number: int
    starts_at: datetime
    ends_at: datetime
    mark: Standing | None = None


@dataclass(frozen=True, slots=True)
class MyAttendance:
    """What is noted of one resident's sign-up, once it is: the best of several, if they signed up others too."""

    sign_up_id: SignUpId
    mark: Standing
    answered: bool
    wished: bool


@dataclass(frozen=True, slots=True)
class Aftermath:
    """An activity after whose end something may be said to those who signed up."""

    activity_id: ActivityId
    ends_at: datetime
    is_closed: bool
    is_called_off: bool


@dataclass(frozen=True, slots=True)
class Concerned:
    """A resident, and the sign-up by which it concerns them."""

    sign_up_id: SignUpId
    resident_id: ResidentId


@dataclass(frozen=True, slots=True)
class FigureLine:
    """How one activity went. *is_closed*: its list is complete."""

    activity_id: ActivityId
    title: str
    starts_at: datetime
    zone: str
    seats: int
    is_closed: bool
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered: by question, then by answer, how many. Questions that too few answered are left out."""

    by_question: Mapping[str, Mapping[str, int]]

    @classmethod
    def shown(cls, counted: Mapping[str, Mapping[str, int]]) -> Answers:
        """Of what was *counted*, the part that tells of nobody."""
        return cls({asked: given for asked, given in counted.items() if sum(given.values()) >= FEWEST_SHOWN})
