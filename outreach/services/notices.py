"""Whoever has a place says that they know of a change."""

from __future__ import annotations

from datetime import datetime

from outreach.domain.ids import ActivityId, ResidentId
from outreach.services.ports import UnitOfWork


def confirm(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, now: datetime) -> bool:
    """They know of all that was told about that activity up to now. False: they have no place there."""
    return uow.notices.confirm(resident_id, activity_id, now) > 0
