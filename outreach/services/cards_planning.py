"""What staff see and say when they plan: an activity's plan, what a change sets in motion, what a list is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.actor import Reach
from outreach.domain.ids import ActivityId, StaffId
from outreach.domain.offers import Promotion
from outreach.services.cards import ActivityCard


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """All of an activity that staff may change; two of them tell what somebody changed. Moments are aware."""

    title: str
    summary: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    audience: frozenset[str]
    policy: SignUpPolicy
    restricted: bool
    host_id: StaffId | None
    promotion: Promotion = Promotion.DIRECT
    together: bool = True
    closes_before: int = 0


def plan_of(card: ActivityCard) -> ActivityPlan:
    """The plan as it is stored."""
    return ActivityPlan(
        title=card.title,
        summary=card.summary,
        place=card.place,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        seats=card.seats,
        audience=card.audience,
        policy=card.policy,
        restricted=card.restricted,
        host_id=card.host_id,
        promotion=card.promotion,
        together=card.together,
        closes_before=card.closes_before,
    )


@dataclass(frozen=True, slots=True)
class Ripple:
    """What moving or calling off sets in motion, counted from what is stored.

    *messages* go out, one for each sign-up that counts on it; *unreachable* sign-ups get none, for nobody of them has
    an address that works. *seated*, *waiting* and *requested* count people. *reminders* that are queued are taken back.
    """

    messages: int
    unreachable: int
    seated: int
    waiting: int
    requested: int
    reminders: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which activities somebody sees: of their *unit*, a lineage, as far as *reach* goes; and within it their own.

    *reach* ``None``: by their role none at all. *own*: the member of staff who planned or leads them.
    """

    unit: str
    reach: Reach | None
    own: StaffId | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of activities is asked for. *below*: only of the unit with that lineage and those below it.

    *until* bounds the days of a list that starts at *since*. A *past* list runs backwards from *since*.
    """

    since: datetime
    past: bool = False
    until: datetime | None = None
    below: str = ""
    kind: ActivityKind | None = None
    status: ActivityStatus | None = None
    text: str = ""
    after: ActivityId | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """How many activities begin at one moment, and how many of them were called off."""

    starts_at: datetime
    activities: int
    called_off: int


@dataclass(frozen=True, slots=True)
class HostChoice:
    """Somebody who can lead activities of their unit, *region_path*, and of those below it."""

    id: StaffId
    name: str
    region_path: str
