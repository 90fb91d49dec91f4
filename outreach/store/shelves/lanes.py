"""Who drives a lane, and whether it is held up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, or_, select, update

from outreach.domain.errors import LaneLost
from outreach.domain.ids import LaneName
from outreach.services.cards_office import LaneHealth
from outreach.store.dialect import ByDialect, Insert
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DeliveryRow, LaneRow
from outreach.store.rows_people import AddressRow
from outreach.store.transaction import Shelf

_LANE = table_of(LaneRow)
_L = _LANE.c
_DELIVERY_TABLE = table_of(DeliveryRow)
_DELIVERY = _DELIVERY_TABLE.c


def _taking(new: Insert) -> Insert:
    mine = _L.owner == new.excluded.owner
    # Handed back in order: whoever did that had nothing in the air, and cannot use the epoch without taking it anew.
    free = _L.owner.is_(None)
    return new.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "adapter": new.excluded.adapter,
            "owner": new.excluded.owner,
            "epoch": case((or_(mine, free), _L.epoch), else_=_L.epoch + 1),
            "lease_until": new.excluded.lease_until,
        },
        where=or_(mine, free, _L.lease_until <= bindparam("now", type_=_L.lease_until.type)),
    ).returning(_L.epoch)


def _holding(new: Insert) -> Insert:
    longer = or_(_L.held_until.is_(None), _L.held_until < new.excluded.held_until)
    return new.on_conflict_do_update(
        index_elements=["name"],
        set_={"held_until": new.excluded.held_until, "hold_code": new.excluded.hold_code},
        where=longer,
    )


_TAKE = ByDialect(_LANE, _taking)
_HOLD = ByDialect(_LANE, _holding)
_RELEASE = (
    update(_LANE).where(_L.name == bindparam("lane"), _L.owner == bindparam("by")).values(owner=None, lease_until=None)
)
_RENEW = (
    update(_LANE)
    .where(_L.name == bindparam("lane"), _L.owner == bindparam("by"))
    .values(lease_until=bindparam("till", type_=_L.lease_until.type))
)
_EXPIRE = update(_LANE).where(_L.owner.is_not(None)).values(lease_until=bindparam("now", type_=_L.lease_until.type))
_ABANDONED = select(_L.name).where(
    _L.name == bindparam("lane"),
    _L.owner != bindparam("by"),
    _L.lease_until <= bindparam("now", type_=_L.lease_until.type),
)
_HELD = select(_L.held_until, _L.hold_code).where(_L.name == bindparam("lane"))
_ADDRESS = table_of(AddressRow).c
_LET_GO = (
    update(_LANE)
    .where(_L.name == bindparam("lane"), _L.held_until > bindparam("now", type_=_L.held_until.type))
    .values(held_until=bindparam("now", type_=_L.held_until.type))
)
_DUE_AGAIN = (
    update(_DELIVERY_TABLE)
    .where(
        _DELIVERY.lane == bindparam("on"),
        _DELIVERY.state == "queued",
        _DELIVERY.changed_at > bindparam("now", type_=_DELIVERY.due_at.type),
        _DELIVERY.due_at > bindparam("now", type_=_DELIVERY.due_at.type),
    )
    .values(due_at=bindparam("now", type_=_DELIVERY.due_at.type))
)
_REACHED = (
    select(_ADDRESS.lane, func.count())
    .where(_ADDRESS.reach == "reachable")
    .group_by(_ADDRESS.lane)
    .order_by(_ADDRESS.lane)
)
_WATCHED = ("queued", "leased", "calling", "parked", "failed", "unconfirmed", "dead")
_OPEN = (
    select(_DELIVERY.lane, _DELIVERY.state, func.count())
    .where(_DELIVERY.lane.in_(bindparam("lanes", expanding=True)), _DELIVERY.state.in_(_WATCHED))
    .group_by(_DELIVERY.lane, _DELIVERY.state)
)
_STANDING = select(_L.name, _L.lease_until, _L.held_until, _L.hold_code).where(
    _L.name.in_(bindparam("lanes", expanding=True))
)
_CHECK = Prepared(select(_L.epoch, _L.held_until).where(_L.name == bindparam("lane")).with_for_update())


class LaneShelf(Shelf):
    """Matches `services.ports.Lanes`."""

    __slots__ = ()

    def take(self, lane: LaneName, adapter: str, owner: str, now: datetime, lease: timedelta) -> int | None:
        """The epoch under which *owner* now drives *lane*, or ``None`` if another holds it. Renews one's own."""
        values = _fresh(lane) | {"adapter": adapter, "owner": owner, "epoch": 1, "lease_until": now + lease, "now": now}
        return self._at.connection.execute(_TAKE.on(self._at.connection), values).scalar_one_or_none()

    def renew(self, lane: LaneName, owner: str, until: datetime) -> bool:
        """Go on driving until *until*; False if *owner* no longer does. Takes nothing that was handed back."""
        values = {"lane": lane, "by": owner, "till": until}
        return self._at.connection.execute(_RENEW, values).rowcount > 0

    def release(self, lane: LaneName, owner: str) -> None:
        """Let somebody else drive; harmless if *owner* does not."""
        self._at.connection.execute(_RELEASE, {"lane": lane, "by": owner})

    def expire(self, now: datetime) -> None:
        """Whoever drives a lane is known to be dead: its lease is over, and its epoch with it."""
        self._at.connection.execute(_EXPIRE, {"now": now})

    def abandoned(self, lane: LaneName, owner: str, now: datetime) -> bool:
        """Whether somebody other than *owner* drove *lane*, and neither handed it back nor renewed the lease."""
        values = {"lane": lane, "by": owner, "now": now}
        return self._at.connection.execute(_ABANDONED, values).first() is not None

    def hold(self, lane: LaneName, until: datetime, code: str) -> None:
        """Nothing leaves before *until* (a flood limit, or trouble). A longer hold stays."""
        hold_lane(self._at.connection, lane, until, code)

    def set_back(self, lane: LaneName, now: datetime) -> None:
        """The clock was set back to *now*: what was put off under the time before would wait for that to come again.

        The lane is tried anew, and what was queued meanwhile is due: it is decided anew, put off again if need be.
        """
        self._at.connection.execute(_LET_GO, {"lane": lane, "now": now})
        self._at.connection.execute(_DUE_AGAIN, {"on": lane, "now": now})

    def held_until(self, lane: LaneName) -> tuple[datetime, str] | None:
        """The last hold and its code; it may be over."""
        row = self._at.connection.execute(_HELD, {"lane": lane}).one_or_none()
        return None if row is None or row[0] is None else (row[0], row[1])

    def health(self, lanes: Sequence[LaneName], now: datetime) -> list[LaneHealth]:
        """How each of *lanes* stands, in two statements; what was sent is not looked at."""
        named = {"lanes": list(lanes)}
        found = {row[0]: row[1:] for row in self._at.connection.execute(_STANDING, named)}
        counts: dict[str, dict[str, int]] = {}
        for lane, state, number in self._at.connection.execute(_OPEN, named):
            counts.setdefault(lane, {})[state] = number
        return [_health(lane, found.get(lane), counts.get(lane, {}), now) for lane in lanes]

    def people(self) -> Mapping[LaneName, int]:
        """How many people each lane reaches now. Looks at every address: for a command, not for a hot path."""
        return {LaneName(lane): number for lane, number in self._at.connection.execute(_REACHED)}


def _health(lane: LaneName, row: Sequence[Any] | None, open_: Mapping[str, int], now: datetime) -> LaneHealth:
    lease_until, held_until, code = row or (None, None, "")
    return LaneHealth(lane, lease_until is not None and lease_until > now, held_until, code, open_)


def hold_lane(connection: Connection, lane: LaneName, until: datetime, code: str) -> None:
    """Nothing leaves on *lane* before *until*."""
    connection.execute(_HOLD.on(connection), _fresh(lane) | {"held_until": until, "hold_code": code})


def hold_of(connection: Connection, lane: LaneName, epoch: int) -> datetime | None:
    """Until when *lane* is held up, its row locked. Raises `LaneLost` unless *epoch* is the lane's."""
    row = _CHECK.first(connection, {"lane": lane})
    if row is None or row[0] != epoch:
        raise LaneLost(f"lane {lane} is not driven under epoch {epoch}")
    held: datetime | None = row[1]
    return held


def _fresh(lane: LaneName) -> dict[str, object]:
    return {"name": lane, "adapter": "", "owner": None, "epoch": 0, "lease_until": None, "hold_code": ""}
