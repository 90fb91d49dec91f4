"""What is said of mass messages between store, services and runtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.broadcast import BroadcastId
from outreach.domain.ids import DeliveryId, LaneName
from outreach.domain.mass import MassId, MassState
from outreach.domain.messages import Language
from outreach.services.cards_ledger import Letter


@dataclass(frozen=True, slots=True)
class Mass:
    """One mass message. *name* is how the platform knows it again; *called_at*: when it was tried first.

    *place* is where the helplines are that its text names; *up_to*: the last delivery that was looked at for it.
    """

    id: MassId
    lane: LaneName
    broadcast_id: BroadcastId
    language: Language
    place: str
    name: str
    text: str = field(repr=False)
    state: MassState
    people: int
    tries: int
    up_to: DeliveryId
    due_at: datetime
    called_at: datetime | None
    changed_at: datetime
    external_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """A page of deliveries by id, *up_to* which it goes; without those that cannot be opened."""

    letters: Sequence[Letter]
    up_to: DeliveryId
    is_last: bool
