"""How a house is doing, as `outreach doctor` sees it: numbers and moments, no person and no word of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.ids import LaneName

MOST = 1_000  # rows of a kind that are counted: beyond that "1,000 or more" says enough


@dataclass(frozen=True, slots=True)
class LaneTraffic:
    """What goes over one account. Counts end at `MOST`; *heard_at* is among the last messages of all lanes.

    *driven*: a running house holds it. *held_until* may be past. *parked* waits for people's own next word.
    """

    lane: LaneName
    driven: bool
    held_until: datetime | None
    hold_code: str
    heard_at: datetime | None
    sent: int
    overdue: int
    in_doubt: int
    dead: int
    parked: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What came in or lies ready and nobody took: *unanswered* for too long, *quarantined*, *mail* for open pages."""

    unanswered: int
    quarantined: int
    mail: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How much waits for staff, and since when the oldest of it."""

    alerts: int
    oldest_alert: datetime | None
    notes: int
    oldest_note: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """A region in which residents live. *path* is its lineage."""

    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Somebody who takes alerts, for the region with that lineage and all below. *has_chat*: pushes reach them."""

    path: str
    has_chat: bool


@dataclass(frozen=True, slots=True)
class Stamps:
    """The latest moments that are kept: *ours* by this machine's clock, *theirs* by the clocks of the platforms."""

    ours: datetime | None
    theirs: datetime | None
