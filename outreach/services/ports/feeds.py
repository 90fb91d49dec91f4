"""What is asked of the store for calendar feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.ids import ActivityId, ResidentId
from outreach.services.cards_feeds import FeedCard, FeedKind, FeedMark, FeedPlace, FeedState, FeedToken, FeedWish


class Feeds(Protocol):
    """Public feeds by marks, so that only what changed is loaded; personal ones by a token kept as a digest."""

    def state(self, since: datetime) -> FeedState:
        """How far all activities have come that end after *since*, whoever may see them."""

    def marks(self, wish: FeedWish, limit: int) -> list[FeedMark]:
        """What the feed holds, published or called off and not restricted, by end."""

    def cards(self, activity_ids: Sequence[ActivityId]) -> list[FeedCard]:
        """These activities, in no order."""

    def places(self, resident_id: ResidentId, since: datetime, limit: int) -> list[FeedPlace]:
        """Their sign-ups for activities that end after *since*, however they stand, by start."""

    def set_topics(self, activity_id: ActivityId, topics: frozenset[str], now: datetime) -> None:
        """The activity is about these topics."""

    def topics(self, activity_id: ActivityId) -> frozenset[str]:
        """What the activity is about."""

    def add_token(self, kind: FeedKind, owner_id: int, salt: bytes, digest: bytes, now: datetime) -> None:
        """Put an address in force."""

    def token(self, kind: FeedKind, owner_id: int) -> FeedToken | None:
        """The address of that feed, the oldest that is in force."""

    def owner(self, kind: FeedKind, digest: bytes) -> int | None:
        """Whose feed is behind the address with that digest; ``None``: nobody's, or not any more."""

    def revoke(self, kind: FeedKind, owner_id: int) -> int:
        """None of that owner's addresses works any more; how many did."""
