"""Deliveries that were given up: listed for those who may see to them, and queued again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select, text, update

from outreach.domain.delivery import LATER_TRIES, MOST_TRIES, DeliveryState
from outreach.domain.ids import ActivityId, DeliveryId, LaneName
from outreach.domain.messages import MessageKind
from outreach.services.cards_office import DeadLetter
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DEAD
from outreach.store.rows_people import RegionRow, ResidentRow
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.transaction import Shelf

_RESIDENT, _REGION = table_of(ResidentRow), table_of(RegionRow)
_D, _R, _G = DELIVERY.c, _RESIDENT.c, _REGION.c
_IS_DEAD = text(f"delivery.{DEAD}")
_NOW = bindparam("now", type_=_D.due_at.type)
_WITH_REGION = DELIVERY.outerjoin(_RESIDENT, _R.id == _D.resident_id).outerjoin(_REGION, _G.id == _R.region_id)
_LINES = (
    select(
        _D.id, _D.lane, _D.kind, _D.reason, _D.tries, _D.created_at, _D.changed_at, _D.helps_until, _D.activity_id,
        _D.broadcast_id, _G.name,
    )
    .select_from(_WITH_REGION)
    .where(_IS_DEAD, _D.id > bindparam("after"))
    .order_by(_D.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_AGAIN = (
    update(DELIVERY)
    .where(text(DEAD))
    .values(state=DeliveryState.QUEUED.value, due_at=_NOW, changed_at=_NOW)
    .returning(_D.lane)
)
_RESTED = or_(
    *(
        and_(_D.tries == MOST_TRIES + number, _D.changed_at <= bindparam(f"before_{number}", type_=_D.due_at.type))
        for number in range(len(LATER_TRIES))
    )
)
_REVIVING = (
    select(_D.id)
    .where(_IS_DEAD, _RESTED, or_(_D.helps_until.is_(None), _D.helps_until > _NOW))
    .order_by(_D.changed_at)
    .limit(bindparam("limit"))
)


class DeadLetterShelf(Shelf):
    """Matches `services.ports.DeadLetters`."""

    __slots__ = ()

    def listed(self, region_path: str, limit: int, after: DeliveryId, *, below: bool) -> list[DeadLetter]:
        """By id, those after *after* and within reach."""
        wanted = _within(_LINES, region_path, below)
        return [_line(row) for row in self._at.connection.execute(wanted, {"after": after, "limit": limit})]

    def retry(
        self, region_path: str, now: datetime, limit: int, *, below: bool, delivery_id: DeliveryId | None = None
    ) -> int:
        """Queue up to *limit* again, or only that one, with all their tries before them; how many."""
        wanted = _within(select(_D.id).select_from(_WITH_REGION).where(_IS_DEAD), region_path, below).limit(limit)
        if delivery_id is not None:
            wanted = wanted.where(_D.id == delivery_id)
        return self._again(_AGAIN.where(_D.id.in_(wanted)).values(tries=0), {"now": now})

    def revive(self, now: datetime, limit: int) -> int:
        """Queue up to *limit* of those whose rest is over and that still help; how many."""
        before = {f"before_{number}": now - rest for number, rest in enumerate(LATER_TRIES)}
        return self._again(_AGAIN.where(_D.id.in_(_REVIVING)), before | {"now": now, "limit": limit})

    def _again(self, statement: Any, values: dict[str, Any]) -> int:
        lanes = self._at.connection.execute(statement, values).scalars().all()
        self._at.woken.update(LaneName(lane) for lane in lanes)
        return len(lanes)


def _within(statement: Select[Any], region_path: str, below: bool) -> Select[Any]:
    """Only those for residents there. Replies to people whom we know nothing of are for whoever sees the whole."""
    if not region_path:
        return statement
    return statement.where(_G.path.startswith(region_path, autoescape=True) if below else _G.path == region_path)


def _line(row: Sequence[Any]) -> DeadLetter:
    id_, lane, kind, reason, tries, created_at, changed_at, helps_until, activity_id, broadcast_id, region = row
    return DeadLetter(
        id=DeliveryId(id_),
        lane=LaneName(lane),
        kind=MessageKind(kind),
        reason=reason,
        tries=tries,
        created_at=created_at,
        died_at=changed_at,
        helps_until=helps_until,
        activity_id=None if activity_id is None else ActivityId(activity_id),
        broadcast_id=broadcast_id,
        region_name=region,
    )
