"""What is asked of the store about rooms, leaders and when they are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.bookings import Taken, What
from outreach.domain.ids import ActivityId
from outreach.services.cards_rooms import Booking, LeaderCard, LeaderForm, LeaderId, RoomCard, RoomForm, RoomId


class Rooms(Protocol):
    """Rooms and leaders."""

    def add_room(self, form: RoomForm) -> RoomId: ...

    def change_room(self, room_id: RoomId, form: RoomForm, version: int) -> bool:
        """False: it is not of *version* any more."""

    def room(self, room_id: RoomId) -> RoomCard:
        """Raises `NotFound`."""

    def rooms(self, path: str, limit: int, after: RoomId | None = None, *, below: bool) -> list[RoomCard]:
        """Of the unit with that lineage and those it lies in, and those *below*; by id, after *after*."""

    def add_leader(self, form: LeaderForm) -> LeaderId: ...

    def change_leader(self, leader_id: LeaderId, form: LeaderForm, version: int) -> bool:
        """False: it is not of *version* any more."""

    def leader(self, leader_id: LeaderId) -> LeaderCard:
        """Raises `NotFound`."""

    def leaders(self, path: str, limit: int, after: LeaderId | None = None, *, below: bool) -> list[LeaderCard]:
        """As `rooms`."""


class Bookings(Protocol):
    """When rooms and leaders are taken."""

    def lock(self, wanted: Iterable[tuple[What, int]]) -> None:
        """Nobody else books these until the end of the transaction; in one order for all, so that nobody waits in
        a circle."""

    def taken(
        self, wanted: Iterable[tuple[What, int]], since: datetime, until: datetime, but: Iterable[ActivityId] = ()
    ) -> Mapping[tuple[What, int], Sequence[Taken]]:
        """All that is booked of these between two moments, by their end; one statement. *but*: not by these."""

    def of(self, activity_id: ActivityId) -> list[Booking]:
        """What an activity has booked, rooms first."""

    def replace(self, activity_id: ActivityId, bookings: Sequence[Booking]) -> None:
        """It has these booked and nothing else."""
