"""What is asked of the store about deliveries that were given up."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outreach.domain.ids import DeliveryId
from outreach.services.cards_office import DeadLetter


class DeadLetters(Protocol):
    """Deliveries whose tries are used up. *region_path* and *below* say whose are within reach; empty: everybody's."""

    def listed(self, region_path: str, limit: int, after: DeliveryId, *, below: bool) -> list[DeadLetter]:
        """By id, those after *after*."""

    def retry(
        self, region_path: str, now: datetime, limit: int, *, below: bool, delivery_id: DeliveryId | None = None
    ) -> int:
        """Queue up to *limit* again, or only that one, with all their tries before them; how many."""

    def revive(self, now: datetime, limit: int) -> int:
        """Queue up to *limit* of those whose rest is over by `delivery.revives_at` and that still help; how many."""
