"""How the house is doing: short looks by an index, counted only as far as it matters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, TextClause, bindparam, func, literal, or_, select, text

from outreach.domain.actor import Role
from outreach.domain.delivery import DeliveryState, Rank
from outreach.domain.ids import LaneName
from outreach.services.cards import InboxState
from outreach.services.cards_care import ThreadState
from outreach.services.cards_vitals import MOST, Backlog, Guard, Home, LaneTraffic, Stamps, Waits
from outreach.store.rows import table_of
from outreach.store.rows_accounts import StaffRow
from outreach.store.rows_inbound import InboxRow, MailRow
from outreach.store.rows_ledger import DeliveryRow, LaneRow
from outreach.store.rows_people import AddressRow, RegionRow, ResidentRow
from outreach.store.rows_staff import OPEN_ALERT, AlertRow, AuditRow, ThreadRow
from outreach.store.transaction import Shelf

RECENT = 2_000  # rows written last that are looked at where no index leads to the newest moment

_DELIVERY, _LANE, _INBOX, _MAIL = (table_of(row) for row in (DeliveryRow, LaneRow, InboxRow, MailRow))
_ADDRESS, _REGION, _RESIDENT = table_of(AddressRow), table_of(RegionRow), table_of(ResidentRow)
_ALERT, _THREAD, _AUDIT, _STAFF = (table_of(row) for row in (AlertRow, ThreadRow, AuditRow, StaffRow))
_D, _L, _I, _A, _R, _S = _DELIVERY.c, _LANE.c, _INBOX.c, _ADDRESS.c, _REGION.c, _STAFF.c
_STATE = DeliveryState


def _recent(column: ColumnElement[Any], key: ColumnElement[Any], *more: ColumnElement[Any]) -> Any:
    return select(column.label("moment"), *more).order_by(key.desc()).limit(RECENT).subquery()


def _newest(*latest: Any) -> list[Select[Any]]:
    return [select(func.max(one.c.moment)) for one in latest]


_OURS = _newest(
    _recent(_AUDIT.c.at, _AUDIT.c.id), _recent(_I.received_at, _I.id), _recent(_D.created_at, _D.id)
)  # fmt: skip
_THEIRS = _newest(_recent(_A.reach_at, _A.id))
_LATELY = _recent(_I.received_at, _I.id, _I.lane)
_HEARD = select(_LATELY.c.lane, func.max(_LATELY.c.moment)).group_by(_LATELY.c.lane)
_DRIVEN = select(_L.name, _L.lease_until, _L.held_until, _L.hold_code)
_BY_DUE = (_D.lane == bindparam("of_lane", type_=String), _D.rank.in_([rank.value for rank in Rank]))


def _up_to(*where: ColumnElement[bool] | TextClause) -> Select[Any]:
    """How many rows there are, counted no further than `MOST`."""
    return select(func.count()).select_from(select(literal(1).label("one")).where(*where).limit(MOST).subquery())


def _of(state: DeliveryState, *where: ColumnElement[bool]) -> Any:
    return _up_to(*_BY_DUE, _D.state == state.value, *where).scalar_subquery()


_COUNTS = select(
    _of(_STATE.SENT, _D.due_at >= bindparam("since", type_=_D.due_at.type)),
    _of(_STATE.QUEUED, _D.due_at < bindparam("late", type_=_D.due_at.type)),
    _of(_STATE.UNCONFIRMED),
    _of(_STATE.DEAD),
    _of(_STATE.PARKED),
)
_BACKLOG = select(
    _up_to(
        _I.state == InboxState.RECEIVED.value, _I.changed_at < bindparam("late", type_=_I.changed_at.type)
    ).scalar_subquery(),
    _up_to(_I.state == InboxState.QUARANTINED.value).scalar_subquery(),
    _up_to(_MAIL.c.id > 0).scalar_subquery(),
)
_IS_OPEN = text(OPEN_ALERT)
_T_OPEN = _THREAD.c.state == ThreadState.OPEN.value
_WAITS = (
    _up_to(_ALERT.c.raised_at.is_not(None), _IS_OPEN),
    select(func.min(_ALERT.c.raised_at)).where(_IS_OPEN),
    _up_to(_T_OPEN),
    select(func.min(_THREAD.c.changed_at)).where(_T_OPEN),
)
_LIVED_IN = select(_RESIDENT.c.region_id).distinct()
_HOMES = select(_R.code, _R.name, _R.path).where(_R.id.in_(_LIVED_IN)).order_by(_R.path)
_GUARDS = (
    select(_R.path, _S.door_person.is_not(None))
    .select_from(_STAFF.join(_REGION, _R.id == _S.region_id))
    .where(_S.disabled_at.is_(None), or_(_S.on_duty.is_(True), _S.role == Role.DUTY.value))
)
_ZONES = select(_R.zone).distinct().order_by(_R.zone)


class VitalsShelf(Shelf):
    """Matches `services.ports.Vitals`."""

    __slots__ = ()

    def stamps(self) -> Stamps:
        """The latest moments among what was written last."""
        return Stamps(self._latest(_OURS), self._latest(_THEIRS))

    def traffic(self, named: Iterable[LaneName], since: datetime, late: datetime, now: datetime) -> list[LaneTraffic]:
        """Of the lanes *named* and of all that were ever driven, by name: sent after *since*, due before *late*."""
        standing = {row[0]: row[1:] for row in self._at.connection.execute(_DRIVEN)}
        heard = {row[0]: row[1] for row in self._at.connection.execute(_HEARD)}
        return [
            self._lane(LaneName(lane), standing.get(lane, (None, None, "")), heard.get(lane), since, late, now)
            for lane in sorted({*named, *standing})
        ]

    def backlog(self, late: datetime) -> Backlog:
        """What was received before *late* and not answered, was put into quarantine, or lies ready for pages."""
        return Backlog(*self._at.connection.execute(_BACKLOG, {"late": late}).one())

    def waits(self) -> Waits:
        """What waits for staff."""
        return Waits(*(self._at.connection.execute(look).scalar_one() for look in _WAITS))

    def homes(self) -> list[Home]:
        """The regions in which residents live, by lineage."""
        return [Home(*row) for row in self._at.connection.execute(_HOMES)]

    def guards(self) -> list[Guard]:
        """Whoever is on duty."""
        return [Guard(path, bool(has_chat)) for path, has_chat in self._at.connection.execute(_GUARDS)]

    def zones(self) -> list[str]:
        """The time zones of all regions."""
        return list(self._at.connection.execute(_ZONES).scalars())

    def _latest(self, looks: Iterable[Select[Any]]) -> datetime | None:
        found = (self._at.connection.execute(look).scalar_one() for look in looks)
        return max((moment for moment in found if moment is not None), default=None)

    def _lane(
        self, lane: LaneName, standing: Any, heard: datetime | None, since: datetime, late: datetime, now: datetime
    ) -> LaneTraffic:
        lease_until, held_until, code = standing
        counts = self._at.connection.execute(_COUNTS, {"of_lane": lane, "since": since, "late": late}).one()
        driven = lease_until is not None and lease_until > now
        return LaneTraffic(lane, driven, held_until, code, heard, *counts)
