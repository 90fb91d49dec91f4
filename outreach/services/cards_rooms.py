"""Read models and forms of rooms, leaders and what they are booked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from outreach.domain.activity import ActivityKind
from outreach.domain.bookings import Buffers, What
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.leaders import Qualification
from outreach.domain.rooms import Access, Privacy

RoomId = NewType("RoomId", int)
LeaderId = NewType("LeaderId", int)


@dataclass(frozen=True, slots=True)
class RoomForm:
    """A room as somebody enters it. *hours* as `OpeningHours.parse` reads them; minutes are kept free around."""

    region_id: RegionId
    name: str
    place: str
    capacity: int
    borrowed: bool = False
    hours: str = ""
    access: frozenset[Access] = frozenset()
    privacy: frozenset[Privacy] = frozenset()
    minutes_before: int = 0
    minutes_after: int = 0
    active: bool = True

    @property
    def buffers(self) -> Buffers:
        """What is kept free around each booking."""
        return Buffers.of_minutes(self.minutes_before, self.minutes_after)


@dataclass(frozen=True, slots=True)
class LeaderForm:
    """Somebody who leads activities, as somebody enters them; *hours* are when they are available."""

    region_id: RegionId
    name: str
    kinds: frozenset[ActivityKind]
    qualifications: tuple[Qualification, ...] = ()
    hours: str = ""
    minutes_before: int = 0
    minutes_after: int = 0
    active: bool = True

    @property
    def buffers(self) -> Buffers:
        """What is kept free around each booking."""
        return Buffers.of_minutes(self.minutes_before, self.minutes_after)


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room as it is kept, with its unit's *zone*; *version* rises with each change."""

    id: RoomId
    form: RoomForm
    region_path: str
    region_name: str
    zone: str
    version: int


@dataclass(frozen=True, slots=True)
class LeaderCard:
    """A leader as they are kept."""

    id: LeaderId
    form: LeaderForm
    region_path: str
    region_name: str
    zone: str
    version: int


@dataclass(frozen=True, slots=True)
class Booking:
    """A room or leader taken by an activity; the span includes the time around it."""

    activity_id: ActivityId
    what: What
    which: int
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
