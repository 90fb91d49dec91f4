"""What waits for staff, counted over several shelves; one statement each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func, or_, select, text

from outreach.domain.actor import Role
from outreach.domain.signup import Standing
from outreach.services.cards_care import ThreadState
from outreach.services.cards_overview import Reachable, Requests, Waiting
from outreach.services.cards_planning import Scope
from outreach.store.rows import table_of
from outreach.store.rows_accounts import StaffRow
from outreach.store.rows_people import ResidentRow
from outreach.store.rows_staff import OPEN_ALERT, AlertRow, ThreadRow
from outreach.store.shelves.activity_cards import ACTIVITY, REGION
from outreach.store.shelves.activity_search import within
from outreach.store.shelves.sign_up_columns import SIGN_UP
from outreach.store.transaction import Shelf

_ALERT, _THREAD, _RESIDENT, _STAFF = (table_of(row) for row in (AlertRow, ThreadRow, ResidentRow, StaffRow))
_A, _S, _R = ACTIVITY.c, SIGN_UP.c, REGION.c


class OverviewShelf(Shelf):
    """Matches `services.ports.Overviews`."""

    __slots__ = ()

    def waiting(self, alerts: Reachable, notes: Reachable, unit: str) -> Waiting:
        """What waits there, and how many are on duty for *unit*: there or in a unit above it."""
        statement = select(_alerts(alerts), _notes(notes), _ON_DUTY)
        return Waiting(*map(int, self._at.connection.execute(statement, {"unit": unit}).one()))

    def requests(self, scope: Scope, now: datetime, limit: int) -> list[Requests]:
        """Activities that are not over and have requests, soonest first."""
        statement = (
            select(_A.id, _A.title, _A.starts_at, REGION.c.zone, func.count())
            .select_from(ACTIVITY.join(REGION, REGION.c.id == _A.region_id).join(SIGN_UP, _S.activity_id == _A.id))
            .where(_A.ends_at > now, within(scope))
            .where(_S.standing == Standing.REQUESTED.value, _S.resident_id.is_not(None))
            .group_by(_A.id, _A.title, _A.starts_at, REGION.c.zone)
            .order_by(_A.starts_at, _A.id)
            .limit(limit)
        )
        return [Requests(*row) for row in self._at.connection.execute(statement)]


def _alerts(where: Reachable) -> Any:
    return (
        select(func.count())
        .select_from(_ALERT.join(REGION, REGION.c.id == _ALERT.c.region_id))
        .where(text(OPEN_ALERT), _in(where))
        .scalar_subquery()
    )


def _notes(where: Reachable) -> Any:
    return (
        select(func.count())
        .select_from(_THREAD.join(_RESIDENT, _RESIDENT.c.id == _THREAD.c.resident_id))
        .join(REGION, REGION.c.id == _RESIDENT.c.region_id)
        .where(_THREAD.c.state == ThreadState.OPEN.value, _in(where))
        .scalar_subquery()
    )


def _in(where: Reachable) -> ColumnElement[bool]:
    return _R.path.startswith(where.unit, autoescape=True) if where.below else _R.path == where.unit


_ON_DUTY = (
    select(func.count())
    .select_from(_STAFF.join(REGION, REGION.c.id == _STAFF.c.region_id))
    .where(_STAFF.c.disabled_at.is_(None), or_(_STAFF.c.on_duty.is_(True), _STAFF.c.role == Role.DUTY.value))
    .where(bindparam("unit", type_=String).startswith(_R.path))
    .scalar_subquery()
)
