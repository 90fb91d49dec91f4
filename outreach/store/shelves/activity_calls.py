"""Whom the last reminder of an activity, or the news of its change, did not reach: for those who call them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, exists, func, select

from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import MessageKind
from outreach.domain.signup import Standing
from outreach.services.cards_broadcasts import CallLine
from outreach.store.rows import table_of
from outreach.store.rows_activities import SignUpRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.broadcast_reached import NOT_REACHED, line_of
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.transaction import Transaction

_RESIDENT, _SIGN_UP, _REACHED = table_of(ResidentRow), table_of(SignUpRow), DELIVERY.alias("reached")
_D, _R, _S = DELIVERY.c, _RESIDENT.c, _SIGN_UP.c
_KINDS = [MessageKind.REMINDER.value, MessageKind.CHANGE.value]
_LATEST = (  # whoever got a later one knows
    select(func.max(_D.id))
    .select_from(DELIVERY.join(_SIGN_UP, _S.id == _D.sign_up_id))
    .where(_S.activity_id == bindparam("of"), _S.standing == Standing.SEATED.value)
    .where(_D.kind.in_(_KINDS), NOT_REACHED)
    .where(
        ~exists().where(
            _REACHED.c.sign_up_id == _D.sign_up_id,
            _REACHED.c.id > _D.id,
            _REACHED.c.kind.in_(_KINDS),
            _REACHED.c.state == DeliveryState.SENT.value,
        )
    )
    .group_by(_D.resident_id)
)
_COUNT = select(func.count()).select_from(_LATEST.subquery())
_CALLS = (
    select(_D.resident_id, _D.lane, _D.state, _D.reason, _R.language, _R.key_sealed, _R.nickname_sealed, _S.number)
    .select_from(DELIVERY.join(_RESIDENT, _R.id == _D.resident_id).join(_SIGN_UP, _S.id == _D.sign_up_id))
    .where(_D.id.in_(_LATEST), _D.resident_id > bindparam("after"))
    .order_by(_D.resident_id)
    .limit(bindparam("limit"))
)


def to_call(at: Transaction, activity_id: ActivityId, limit: int, after: ResidentId) -> list[CallLine]:
    """Who has a seat and was not reached with the last that there was to say, by id."""
    values = {"of": activity_id, "after": after, "limit": limit}
    return [replace(line_of(at, row), number=row.number) for row in at.connection.execute(_CALLS, values)]


def number_to_call(at: Transaction, activity_id: ActivityId) -> int:
    """How many they are."""
    return int(at.connection.execute(_COUNT, {"of": activity_id}).scalar_one())
