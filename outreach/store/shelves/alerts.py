"""People who may be in danger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text, update

from outreach.domain.actor import Actor
from outreach.domain.errors import IllegalMove, NotFound
from outreach.domain.ids import AlertId
from outreach.safety import RiskClass
from outreach.services.cards import Caller
from outreach.services.cards_care import AlertCard, AlertState
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import AddressRow, RegionRow, ResidentRow
from outreach.store.rows_staff import OPEN_ALERT, AlertRow
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

_ALERT = table_of(AlertRow)
_REGION, _ADDRESS, _RESIDENT = table_of(RegionRow), table_of(AddressRow), table_of(ResidentRow)
_A, _P = _ALERT.c, _REGION.c
_COLUMNS = select(
    _A.id,
    _A.lane,
    _A.person,
    _A.risk,
    _A.subtype,
    _A.rules,
    _A.lexicon,
    _A.state,
    _A.raised_at,
    _A.acknowledged_at,
    _A.acknowledged_by,
    _P.path,
    _P.name,
).select_from(_ALERT.outerjoin(_REGION, _P.id == _A.region_id))
_IS_OPEN = text(OPEN_ALERT)
_RAISE = ByDialect(_ALERT, lambda new: new.on_conflict_do_nothing(index_elements=["key"]))
_BY_KEY = select(_A.id).where(_A.key == bindparam("key"))
_BY_ID = _COLUMNS.where(_A.id == bindparam("id"))
_LISTED = _COLUMNS.order_by(_A.raised_at.desc(), _A.id.desc()).limit(bindparam("limit"))
_WHERE = (
    select(_RESIDENT.c.region_id)
    .select_from(_ADDRESS.join(_RESIDENT, _RESIDENT.c.id == _ADDRESS.c.resident_id))
    .where(_ADDRESS.c.lane == bindparam("lane"), _ADDRESS.c.person == bindparam("person"))
)
_ROOT = select(_P.id).where(_P.parent_id.is_(None)).order_by(_P.id).limit(1)
_DELIVERY = table_of(DeliveryRow).c
_TOLD = (
    select(_DELIVERY.id)
    .where(_DELIVERY.key >= bindparam("first"), _DELIVERY.key < bindparam("end"), _DELIVERY.state == "sent")
    .limit(1)
)
_MARK_SENT = (
    update(_ALERT)
    .where(_A.id == bindparam("of"), _A.state == AlertState.RAISED.value)
    .values(state=AlertState.SENT.value)
)
_CLOSE = (
    update(_ALERT)
    .where(_A.id == bindparam("of"), _A.state == AlertState.ACKNOWLEDGED.value)
    .values(state=AlertState.CLOSED.value)
)
_COUNT_OPEN = select(func.count()).select_from(_ALERT).where(_IS_OPEN)
_ACKNOWLEDGE = (
    update(_ALERT)
    .where(_A.id == bindparam("of"), _IS_OPEN)
    .values(state=AlertState.ACKNOWLEDGED.value, acknowledged_at=bindparam("now"), acknowledged_by=bindparam("by"))
)
_SINCE = select(_A.risk).where(
    _A.lane == bindparam("lane"), _A.person == bindparam("person"), _A.raised_at >= bindparam("since")
)


class AlertShelf(Shelf):
    """Matches `services.ports.Alerts`."""

    __slots__ = ()

    def raise_(
        self, caller: Caller, risk: str, subtype: str, rules: tuple[str, ...], lexicon: str, key: str, now: datetime
    ) -> AlertId:
        """Once per *key* (lane and message id)."""
        index = self._at.ring.index("alert", key)  # a message id may name its sender
        values = {
            "key": index,
            "lane": caller.lane,
            "person": self._at.person(caller),
            "risk": str(risk),
            "subtype": str(subtype),
            "rules": joined(rules),
            "lexicon": lexicon,
            "state": AlertState.RAISED.value,
            "raised_at": now,
            "acknowledged_at": None,
            "acknowledged_by": None,
            "region_id": self._region_of(caller),
        }
        self._at.connection.execute(_RAISE.on(self._at.connection), values)
        return AlertId(self._at.connection.execute(_BY_KEY, {"key": index}).scalar_one())

    def get(self, alert_id: AlertId) -> AlertCard:
        """Raises `NotFound`."""
        row = self._at.connection.execute(_BY_ID, {"id": alert_id}).one_or_none()
        if row is None:
            raise NotFound("alert", alert_id)
        return _card(row)

    def listed(
        self,
        limit: int,
        *,
        open_only: bool = True,
        region_path: str = "",
        below: bool = True,
        before: AlertId | None = None,
    ) -> list[AlertCard]:
        """Newest first, from before *before*; of one region or all below it."""
        statement = _LISTED.where(_IS_OPEN) if open_only else _LISTED
        if region_path:
            statement = statement.where(_P.path.startswith(region_path) if below else _P.path == region_path)
        if before is not None:
            at = select(_A.raised_at).where(_A.id == before).scalar_subquery()
            statement = statement.where(or_(_A.raised_at < at, and_(_A.raised_at == at, _A.id < before)))
        return [_card(row) for row in self._at.connection.execute(statement, {"limit": limit})]

    def mark_sent(self, alert_id: AlertId) -> bool:
        """It has reached a member of staff, if a push about it (key ``duty:a…``) was sent; whether it had."""
        keys = {"first": f"duty:a{alert_id}:", "end": f"duty:a{alert_id};"}  # ; comes right after : in every encoding
        if self._at.connection.execute(_TOLD, keys).first() is None:
            return False
        return self._at.connection.execute(_MARK_SENT, {"of": alert_id}).rowcount > 0

    def close(self, alert_id: AlertId) -> AlertCard:
        """Nothing more is to be done. Raises `NotFound`, or `IllegalMove` for one that nobody has taken."""
        if self._at.connection.execute(_CLOSE, {"of": alert_id}).rowcount == 0:
            raise IllegalMove("alert", self.get(alert_id).state, "closed")
        return self.get(alert_id)

    def count_open(self) -> int:
        """How many nobody has acknowledged."""
        return self._at.connection.execute(_COUNT_OPEN).scalar_one()

    def acknowledge(self, alert_id: AlertId, by: Actor, now: datetime) -> AlertCard:
        """*by* takes it; who took it first stays. Raises `NotFound`."""
        self._at.connection.execute(_ACKNOWLEDGE, {"of": alert_id, "by": by.name, "now": now})
        return self.get(alert_id)

    def last_for(self, caller: Caller, since: datetime) -> str | None:
        """The highest class raised for this person since then."""
        values = {"lane": caller.lane, "person": self._at.person(caller), "since": since}
        found = [RiskClass(risk) for risk in self._at.connection.execute(_SINCE, values).scalars()]
        return max(found).value if found else None

    def _region_of(self, caller: Caller) -> int | None:
        """Where they live if we know; a stranger belongs to the top."""
        here = {"lane": caller.lane, "person": self._at.person(caller)}
        found = self._at.connection.execute(_WHERE, here).scalar_one_or_none()
        return found if found is not None else self._at.connection.execute(_ROOT).scalar_one_or_none()


def _card(row: Sequence[Any]) -> AlertCard:
    found, lane, person, risk, subtype, rules, lexicon, state, raised_at, acknowledged_at, by, path, region = row
    return AlertCard(
        id=found,
        lane=lane,
        person=person.hex(),
        risk=risk,
        subtype=subtype,
        rules=tuple(sorted(split(rules))),
        lexicon=lexicon,
        state=AlertState(state),
        raised_at=raised_at,
        acknowledged_at=acknowledged_at,
        acknowledged_by=by,
        region_path=path or "",
        region_name=region or "",
    )
