"""What is asked of the store about who knows of a change."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outreach.domain.ids import ActivityId, ResidentId
from outreach.services.cards_broadcasts import CallLine
from outreach.services.cards_notices import NoticeCounts


class Notices(Protocol):
    """News of a change, by those who have a place."""

    def confirm(self, resident_id: ResidentId, activity_id: ActivityId, now: datetime) -> int:
        """They know of all that they were told of that activity; of how many places of theirs."""

    def counts(self, activity_id: ActivityId) -> NoticeCounts:
        """What became of the latest news to each who has a place."""

    def to_call(self, activity_id: ActivityId, told_before: datetime, limit: int, after: ResidentId) -> list[CallLine]:
        """Who has a place and was not reached with the latest, or told before then and has not said that they know.

        Older people first, then by id; page on with the last of them.
        """

    def number_to_call(self, activity_id: ActivityId, told_before: datetime) -> int:
        """How many they are."""
