"""What the first page of the console shows: how much waits, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.domain.ids import ActivityId
from outreach.services.cards import ActivityCard
from outreach.services.cards_broadcasts import BroadcastCard


@dataclass(frozen=True, slots=True)
class Reachable:
    """Units whose matters somebody sees: that of the lineage *unit*, with *below* those below it too."""

    unit: str
    below: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits: *alerts* that nobody took, *notes* without an answer. *on_duty* is how many could take them."""

    alerts: int
    notes: int
    on_duty: int


@dataclass(frozen=True, slots=True)
class Requests:
    """An activity for which people have asked, and how many sign-ups wait for a yes or no."""

    activity_id: ActivityId
    title: str
    starts_at: datetime
    zone: str
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs somebody now. ``None``: it is not their work. *days* are the activities of today and tomorrow."""

    alerts: int | None
    notes: int | None
    nobody_on_duty: bool
    requests: Sequence[Requests] | None
    days: Sequence[ActivityCard] | None
    broadcasts: Sequence[BroadcastCard] | None
    in_review: int | None
