"""What waits for staff, counted."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outreach.services.cards_overview import Reachable, Requests, Waiting
from outreach.services.cards_planning import Scope


class Overviews(Protocol):
    """Counts over several shelves, each in one statement."""

    def waiting(self, alerts: Reachable, notes: Reachable, unit: str) -> Waiting:
        """What waits there, and how many are on duty for *unit*: there or in a unit above it."""

    def requests(self, scope: Scope, now: datetime, limit: int) -> list[Requests]:
        """Activities that are not over and have requests, soonest first."""
