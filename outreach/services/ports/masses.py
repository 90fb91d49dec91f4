"""What is asked of the store about mass messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from outreach.domain.broadcast import BroadcastId
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import AddressId, DeliveryId, LaneName
from outreach.domain.mass import MassId, MassState
from outreach.domain.messages import Language
from outreach.services.cards import Letter
from outreach.services.cards_mass import Mass


class Masses(Protocol):
    """One text for many. Those in it are `calling` from when they are gathered until it is known what became of it."""

    def open_on(self, lane: LaneName) -> Mass | None:
        """The oldest with something left to do; locked."""

    def called_since(self, lane: LaneName, since: datetime) -> Sequence[str]:
        """The codes, empty where all went well, of those first tried since then."""

    def ripe(self, lane: LaneName, now: datetime, limit: int) -> list[BroadcastId]:
        """Broadcasts of which somebody waits who may be told this way, and nobody is about to be told otherwise."""

    def page(
        self, lane: LaneName, broadcast_id: BroadcastId, after: DeliveryId, limit: int, now: datetime
    ) -> list[Letter]:
        """Those who wait, by id. What cannot be opened is written off and left out."""

    def used(self, addresses: Iterable[AddressId | None], month: str) -> Mapping[AddressId | None, int]:
        """How many each got in *month*; 0 is left out."""

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

    def move(self, mass_id: MassId, state: MassState, now: datetime, code: str = "", external_id: str = "") -> None:
        """It stands so from now on."""

    def called(self, mass_id: MassId, now: datetime) -> None:
        """It is about to be given to the platform, once more."""

    def postpone(self, mass_id: MassId, until: datetime, code: str, now: datetime) -> None:
        """Not before *until*."""

    def told(self, found: Mass, limit: int, month: str, now: datetime) -> int:
        """Up to *limit* of them have got it, and it counts towards their month; how many."""

    def let_go(self, found: Mass, state: DeliveryState, limit: int, now: datetime) -> int:
        """Up to *limit* of them have not got it, or nobody knows: they are *state*, with its code; how many."""
