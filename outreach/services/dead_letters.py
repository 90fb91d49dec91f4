"""Deliveries that were given up: seen by those who can mend the cause, and tried again by word or by themselves."""

from __future__ import annotations

from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import NotFound
from outreach.domain.ids import DeliveryId
from outreach.services.access import require_somewhere
from outreach.services.cards_office import DeadLetter
from outreach.services.ports import UnitOfWork

AT_ONCE = 500  # rows a transaction


def listed(uow: UnitOfWork, by: Actor, limit: int, after: int = 0) -> list[DeadLetter]:
    """Those within reach, the oldest first; page on with the last id seen. Raises `Forbidden`."""
    path, below = require_somewhere(by, Permission.SEE_CHANNELS)
    return uow.dead_letters.listed(path, limit, DeliveryId(after), below=below)


def retry(uow: UnitOfWork, by: Actor, delivery_id: DeliveryId, now: datetime) -> None:
    """Try it again from the start. Raises `NotFound` if it is not dead or not within reach, or `Forbidden`."""
    path, below = require_somewhere(by, Permission.SEE_CHANNELS)
    if not uow.dead_letters.retry(path, now, 1, below=below, delivery_id=delivery_id):
        raise NotFound("dead delivery", delivery_id)
    uow.audit.write(by, "retry", "delivery", delivery_id, now)


def retry_all(uow: UnitOfWork, by: Actor, now: datetime) -> int:
    """Try up to `AT_ONCE` of those within reach again; how many. Call again while it is that many."""
    path, below = require_somewhere(by, Permission.SEE_CHANNELS)
    queued = uow.dead_letters.retry(path, now, AT_ONCE, below=below)
    if queued:
        uow.audit.write(by, "retry_all", "delivery", "all", now, str(queued))
    return queued


def revive(uow: UnitOfWork, now: datetime) -> int:
    """Try up to `AT_ONCE` of those again that have rested long enough; how many. Call again while it is that many."""
    return uow.dead_letters.revive(now, AT_ONCE)
