"""What is sent to many: the broadcasts, their words, and the people they are meant for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.actor import Actor
from outreach.domain.broadcast import Approved, BroadcastId, BroadcastState
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Language
from outreach.domain.quiet_days import QuietDays
from outreach.services.cards_broadcasts import (
    Aim,
    BroadcastCard,
    BroadcastText,
    CallLine,
    Chunk,
    NewBroadcast,
    OpenLane,
    Outcome,
    Tally,
    Told,
)


class Broadcasts(Protocol):
    """Broadcasts. The person-independent part of `may_send` is stated once more here, in SQL."""

    def add(self, new: NewBroadcast, texts: Iterable[BroadcastText], by: Actor, now: datetime) -> BroadcastId:
        """A new draft in these words."""

    def get(self, broadcast_id: BroadcastId) -> BroadcastCard:
        """Raises `NotFound`."""

    def locked(self, broadcast_id: BroadcastId) -> BroadcastCard:
        """As `get`, locked until the end of the transaction."""

    def listed(
        self, region_path: str, limit: int, *, below: bool, before: BroadcastId | None = None
    ) -> list[BroadcastCard]:
        """Newest first: those of that region, or of all *below* it too; page on with the last id seen."""

    def texts(self, broadcast_id: BroadcastId) -> Mapping[Language, BroadcastText]: ...

    def put_texts(self, broadcast_id: BroadcastId, texts: Iterable[BroadcastText]) -> None:
        """These words instead of those before."""

    def approve(self, fact: Approved, by: Actor, now: datetime) -> None: ...

    def schedule(self, broadcast_id: BroadcastId, starts_at: datetime | None, now: datetime) -> None: ...

    def move(self, broadcast_id: BroadcastId, state: BroadcastState, now: datetime) -> None:
        """Keep its new state."""

    def settle(self, broadcast_id: BroadcastId, state: BroadcastState, now: datetime) -> None:
        """It is *state* now, or was before, and nothing of it is open any more."""

    def running(self, states: Iterable[BroadcastState], now: datetime, limit: int) -> list[BroadcastCard]:
        """Those in *states* that have something left to do and whose time has come, oldest first, locked.

        What another process works on just now is passed over.
        """

    def overtaken(self, broadcast_id: BroadcastId) -> str:
        """Why its words do not hold any more (its activity was changed, its item withdrawn …); empty: they do."""

    def plan(self, broadcast_id: BroadcastId, aim: Aim, after: int, limit: int, now: datetime) -> Chunk:
        """Queue it for those meant among the next *limit* residents after *after*, and keep the cursor."""

    def tally(
        self,
        aim: Aim,
        lanes: Sequence[OpenLane],
        weekly_cap: int | None,
        now: datetime,
        days: Sequence[QuietDays] = (),
    ) -> list[Tally]:
        """Everybody in the region, counted by what would become of it, and by which of *days* are theirs.

        What these days do to it is left to the caller. A constant number of statements.
        """

    def people_in(self, region_path: str, most: int) -> int:
        """How many live in that region and below it; *most* at the most, and no more are looked at."""

    def withdraw(self, broadcast_id: BroadcastId, reason: str, limit: int, now: datetime) -> int:
        """Take back up to *limit* of what is open; how many."""

    def is_open(self, broadcast_id: BroadcastId) -> bool:
        """Whether something of it is still to be sent, or in the air."""

    def outcomes(self, broadcast_id: BroadcastId) -> list[Outcome]: ...

    def unreached(
        self, broadcast_id: BroadcastId, region_path: str, limit: int, after: ResidentId, *, below: bool
    ) -> list[CallLine]:
        """Whom it did not reach though they are meant, by id; those of that region, or of all *below* it too."""

    def last_told(self, resident_id: ResidentId) -> Told | None:
        """The last announcement or tip that they got and that is still in the ledger."""

    def second_person(self, region_id: RegionId) -> bool:
        """Whether that region wants a second person, by its own setting or the nearest one above it; yes by default."""
