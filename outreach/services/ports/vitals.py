"""How the house is doing, in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from outreach.domain.ids import LaneName
from outreach.services.cards_vitals import Backlog, Guard, Home, LaneTraffic, Stamps, Waits


class Vitals(Protocol):
    """Looks that stay short on any database: by an index, and counted no further than `cards_vitals.MOST`."""

    def stamps(self) -> Stamps:
        """The latest moments among what was written last."""

    def traffic(self, named: Iterable[LaneName], since: datetime, late: datetime, now: datetime) -> list[LaneTraffic]:
        """Of the lanes *named* and of all that were ever driven, by name: sent after *since*, due before *late*."""

    def backlog(self, late: datetime) -> Backlog:
        """What was received before *late* and not answered, was put into quarantine, or lies ready for pages."""

    def waits(self) -> Waits:
        """What waits for staff."""

    def homes(self) -> list[Home]:
        """The regions in which residents live, by lineage."""

    def guards(self) -> list[Guard]:
        """Whoever is on duty."""

    def zones(self) -> list[str]:
        """The time zones of all regions."""
