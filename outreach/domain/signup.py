"""One sign-up: a resident's place in an activity, for themself or for somebody they care for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from outreach.domain.ids import ActivityId, ResidentId, SignUpId

TURNS_APART = 1 << 20
"""Between two arrivals in the queue, so that staff can put somebody in between."""
SELF = 0
"""The beneficiary of a sign-up for oneself; 1… are people one signs up for."""
MOST_PLACES = 30
"""So many coming activities one person may be in at once; a course is one."""
COMPANION = 1_000
"""From here on: people who come along and have a place in the queue each, where parties are not kept together."""


class Standing(StrEnum):
    """Where a sign-up stands."""

    REQUESTED = "requested"
    WAITING = "waiting"
    OFFERED = "offered"
    SEATED = "seated"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    ATTENDED = "attended"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"

    @property
    def is_active(self) -> bool:
        """Whether it still counts before the activity: asked for, waiting, offered or seated."""
        return self in _ACTIVE

    @property
    def holds_seat(self) -> bool:
        """Whether its party occupies seats. An offer keeps the seat free for its answer."""
        return self in _HOLDS_SEAT


_ACTIVE = frozenset({Standing.REQUESTED, Standing.WAITING, Standing.OFFERED, Standing.SEATED})
_HOLDS_SEAT = frozenset({Standing.OFFERED, Standing.SEATED, Standing.ATTENDED, Standing.LATE})


@dataclass(slots=True)
class SignUp:
    """A place or a wish for one. *number* is the order of arrival in the activity; *since* when it came to stand so.

    *revision* rises each time the person leaves and comes back, so that their own calendar entry never falls behind.
    *turn* is the order of the queue: that of arrival, unless staff have given a reason for another. *until*: so long
    an offer is kept for them; ``None`` also while nobody has told them of it. An *id* of 0 has not been stored yet.
    """

    id: SignUpId
    activity_id: ActivityId
    resident_id: ResidentId
    beneficiary: int
    party: int
    standing: Standing
    number: int
    since: datetime
    revision: int = 0
    turn: int = 0
    until: datetime | None = None

    def move(self, standing: Standing, now: datetime) -> None:
        """Stand differently from *now* on."""
        self.standing, self.since, self.until = standing, now, None

    def come_back(self, party: int, now: datetime) -> SignUp:
        """The same row again after leaving: own revision + 1; the caller gives a new number."""
        return SignUp(
            self.id,
            self.activity_id,
            self.resident_id,
            self.beneficiary,
            party,
            Standing.REQUESTED,
            self.number,
            now,
            self.revision + 1,
        )
