"""What the public pages ask of the store: which activities are near, when, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.ids import ActivityId


@dataclass(frozen=True, slots=True)
class Nearby:
    """Activities that everybody may know of and that are not over at *now*.

    *path*: the lineage of a region; what it holds is near, and so is what the regions that hold it offer. Empty: all.
    *since*, *until*: they begin from the one to before the other. *audience*: one tag; what is for everybody counts.
    *after*: the last one of the page before.
    """

    now: datetime
    path: str = ""
    since: datetime | None = None
    until: datetime | None = None
    audience: str | None = None
    after: ActivityId | None = None
