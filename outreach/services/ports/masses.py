"""What is asked of the store about mass messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.broadcast import BroadcastId
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import DeliveryId, LaneName
from outreach.domain.mass import MassId, MassState
from outreach.domain.messages import Language
from outreach.services.cards_mass import Lot, Mass


class Masses(Protocol):
    """One text for many. Those in it are `calling` from when they are gathered until it is known what became of it."""

    def open_on(self, lane: LaneName) -> Mass | None:
        """The oldest with something left to do; locked."""

    def accepted_since(self, lane: LaneName, since: datetime) -> int:
        """How many of those first given away since then the platform took."""

    def rests_until(self, lane: LaneName, since: datetime) -> datetime | None:
        """Until when the platform wants no more, by what came of those first given away since then."""

    def ripe(
        self, lane: LaneName, month: str, a_month: int, begin: BroadcastId, now: datetime, limit: int
    ) -> list[BroadcastId]:
        """Broadcasts from *begin* on of which somebody waits, and nobody is about to be told otherwise."""

    def page(
        self,
        lane: LaneName,
        broadcast_id: BroadcastId,
        month: str,
        a_month: int,
        after: DeliveryId,
        limit: int,
        now: datetime,
    ) -> Lot:
        """Those who wait and have not had their *a_month* of *month*, by id."""

    def members_page(self, mass_id: MassId, after: DeliveryId, limit: int, now: datetime) -> Lot:
        """Those who are in it, by id."""

    def checked(self, mass_id: MassId, dropped: Sequence[DeliveryId], up_to: DeliveryId, now: datetime) -> None:
        """Let *dropped* wait again; the next look begins after *up_to*."""

    def begin(
        self, lane: LaneName, broadcast_id: BroadcastId, language: Language, place: str, text: str, now: datetime
    ) -> MassId:
        """A new one, without people yet."""

    def take(self, mass_id: MassId, letters: Sequence[DeliveryId], up_to: DeliveryId, now: datetime) -> int:
        """Put those of *letters* into it who still wait; how many. The next look begins after *up_to*."""

    def members(self, mass_id: MassId) -> int:
        """How many are in it of whom it is not known yet what became of it."""

    def refs(self, mass_id: MassId, after: DeliveryId, limit: int) -> list[tuple[DeliveryId, str]]:
        """The addresses of those, by id of their delivery."""

    def move(
        self,
        mass_id: MassId,
        state: MassState,
        now: datetime,
        code: str = "",
        external_id: str = "",
        rest: datetime | None = None,
    ) -> None:
        """It stands so from now on, for *code*; the platform wants no other before *rest*."""

    def done(self, mass_id: MassId, now: datetime) -> None:
        """There is nothing left to do with it."""

    def called(self, mass_id: MassId, again: datetime, now: datetime) -> None:
        """It is about to be given to the platform; nobody else does so before *again*."""

    def postpone(self, mass_id: MassId, until: datetime, now: datetime) -> None:
        """Not before *until*."""

    def told(self, found: Mass, limit: int, month: str, now: datetime) -> int:
        """Up to *limit* of them have got it, or the platform kept it back with a code; it counts; how many."""

    def let_go(self, found: Mass, state: DeliveryState, limit: int, now: datetime) -> int:
        """Up to *limit* of them have not got it, or nobody knows: they are *state*, with its code; how many."""
