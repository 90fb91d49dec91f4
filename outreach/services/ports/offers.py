"""What is asked of the store about places that were offered and not taken yet."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import SignUp
from outreach.services.cards_offers import Asked


class Offers(Protocol):
    """Cost follows what is offered just now, not what exists."""

    def untold(self, limit: int) -> list[Asked]:
        """Who has been given an offer and has not been told until when it is kept, longest ago first."""

    def tell(self, sign_up_id: SignUpId, until: datetime) -> bool:
        """It is kept until then. False: it is no offer any more, or they have been told."""

    def untell(self, activity_id: ActivityId) -> int:
        """The activity moved: all offers of it are told anew."""

    def over(self, now: datetime, limit: int) -> list[SignUp]:
        """Offers that nobody answered in time, longest over first."""

    def first_come(self, begins: datetime, now: datetime, limit: int) -> list[ActivityId]:
        """Activities that begin between *now* and *begins*, with free seats and people who wait, soonest first."""

    def turns_at(self, activity_id: ActivityId, place: int, without: SignUpId) -> tuple[int | None, int | None]:
        """The turns of those between whom *place* (from 1) is, in the queue *without* somebody; ``None``: nobody."""

    def spread(self, activity_id: ActivityId) -> None:
        """Make room between all who wait; their order stays."""

    def waiting(self, activity_id: ActivityId, most: int, limit: int) -> list[SignUp]:
        """Who waits with at most *most* people, in the order of the queue."""
