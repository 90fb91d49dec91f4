"""How the channel accounts stand, from the ledger: what waits, what failed, what is held up. Calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.ids import LaneName
from outreach.services.access import require_somewhere
from outreach.services.cards_office import LaneHealth
from outreach.services.ports import UnitOfWork


def overview(uow: UnitOfWork, by: Actor, lanes: Sequence[LaneName], now: datetime) -> list[LaneHealth]:
    """Each of *lanes*, in that order. Raises `Forbidden` for whoever may not see channels."""
    require_somewhere(by, Permission.SEE_CHANNELS)
    return uow.lanes.health(lanes, now)
