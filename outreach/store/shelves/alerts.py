"""People who may be in danger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import AlertId
from outreach.safety import RiskClass
from outreach.services.cards import AlertCard, AlertState, Caller
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_staff import OPEN_ALERT, AlertRow
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

_ALERT = table_of(AlertRow)
_A = _ALERT.c
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
)
_IS_OPEN = text(OPEN_ALERT)
_RAISE = ByDialect(_ALERT, lambda new: new.on_conflict_do_nothing(index_elements=["key"]))
_BY_KEY = select(_A.id).where(_A.key == bindparam("key"))
_BY_ID = _COLUMNS.where(_A.id == bindparam("id"))
_LISTED = _COLUMNS.order_by(_A.raised_at.desc(), _A.id.desc()).limit(bindparam("limit"))
_LISTED_OPEN = _LISTED.where(_IS_OPEN)
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
        }
        self._at.connection.execute(_RAISE.on(self._at.connection), values)
        return AlertId(self._at.connection.execute(_BY_KEY, {"key": index}).scalar_one())

    def listed(self, limit: int, *, open_only: bool = True) -> list[AlertCard]:
        """Newest first."""
        statement = _LISTED_OPEN if open_only else _LISTED
        return [_card(row) for row in self._at.connection.execute(statement, {"limit": limit})]

    def count_open(self) -> int:
        """How many nobody has acknowledged."""
        return self._at.connection.execute(_COUNT_OPEN).scalar_one()

    def acknowledge(self, alert_id: AlertId, by: Actor, now: datetime) -> AlertCard:
        """*by* takes it; who took it first stays. Raises `NotFound`."""
        self._at.connection.execute(_ACKNOWLEDGE, {"of": alert_id, "by": by.name, "now": now})
        row = self._at.connection.execute(_BY_ID, {"id": alert_id}).one_or_none()
        if row is None:
            raise NotFound("alert", alert_id)
        return _card(row)

    def last_for(self, caller: Caller, since: datetime) -> str | None:
        """The highest class raised for this person since then."""
        values = {"lane": caller.lane, "person": self._at.person(caller), "since": since}
        found = [RiskClass(risk) for risk in self._at.connection.execute(_SINCE, values).scalars()]
        return max(found).value if found else None


def _card(row: Sequence[Any]) -> AlertCard:
    found, lane, person, risk, subtype, rules, lexicon, state, raised_at, acknowledged_at, by = row
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
    )
