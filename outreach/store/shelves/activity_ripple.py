"""What moving or calling off an activity would set in motion, counted before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, not_, select, text

from outreach.domain.ids import ActivityId
from outreach.domain.messages import MessageKind
from outreach.domain.signup import Standing
from outreach.services.cards_planning import Ripple
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.shelves.sign_up_columns import SIGN_UP
from outreach.store.transaction import Transaction

_S, _D = SIGN_UP.c, DELIVERY.c

_HAS_A_WAY = exists().where(ADDRESS.c.resident_id == _S.resident_id, ADDRESS.c.reach == "reachable")
_REMINDERS = (
    select(func.count())
    .select_from(DELIVERY)
    .where(_D.activity_id == bindparam("activity"), text(OPEN_DELIVERY), _D.kind == MessageKind.REMINDER.value)
    .scalar_subquery()
)


def _people(*standings: Standing) -> ColumnElement[Any]:
    chosen = _S.standing.in_([standing.value for standing in standings])
    return func.coalesce(func.sum(case((chosen, _S.party), else_=0)), 0)


_COUNT = (
    select(
        func.count(),
        func.coalesce(func.sum(case((not_(_HAS_A_WAY), 1), else_=0)), 0),
        _people(Standing.SEATED, Standing.OFFERED),
        _people(Standing.WAITING),
        _people(Standing.REQUESTED),
        _REMINDERS,
    )
    .select_from(SIGN_UP)
    .where(_S.activity_id == bindparam("activity"), _S.standing.in_(bindparam("standings", expanding=True)))
    .where(_S.resident_id.is_not(None))
)


def count(at: Transaction, activity_id: ActivityId, standings: Iterable[Standing]) -> Ripple:
    """Of those who stand so. Nothing is locked: what comes in a moment later is not in it."""
    values = {"activity": activity_id, "standings": [standing.value for standing in standings]}
    sign_ups, unreachable, seated, waiting, requested, reminders = map(int, at.connection.execute(_COUNT, values).one())
    return Ripple(sign_ups - unreachable, unreachable, seated, waiting, requested, reminders)
