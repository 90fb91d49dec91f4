"""What became of a broadcast, person by person: counted, taken back, or listed for those who know them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text, update

from outreach.domain.broadcast import BroadcastId
from outreach.domain.delivery import DeliveryState
from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.may_send import BY_AUDIENCE, Why
from outreach.domain.messages import Language
from outreach.services.cards_broadcasts import CallLine, Outcome, Told
from outreach.store.rows import table_of
from outreach.store.rows_broadcasts import BroadcastRow
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.rows_people import RegionRow, ResidentRow
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.shelves.ledger_outcomes import ERASED
from outreach.store.shelves.ledger_people import posted
from outreach.store.shelves.ledger_tidying import NOBODY_CAME
from outreach.store.shelves.person_cards import NICKNAME_COLUMN
from outreach.store.transaction import Transaction

_S = DeliveryState
_RESIDENT, _REGION = table_of(ResidentRow), table_of(RegionRow)
_D, _R, _G = DELIVERY.c, _RESIDENT.c, _REGION.c
_OF_BROADCAST = _D.broadcast_id == bindparam("of")

_OPEN = select(_D.id).where(_OF_BROADCAST, _D.broadcast_id.is_not(None), text(OPEN_DELIVERY))
_WITHDRAW = (
    update(DELIVERY)
    .where(_D.id.in_(_OPEN.limit(bindparam("limit"))), text(OPEN_DELIVERY))
    .values(
        state=_S.WITHDRAWN.value,
        reason=bindparam("why"),
        lease_until=None,
        changed_at=bindparam("now", type_=_D.changed_at.type),
        **ERASED,
    )
)
_UNSETTLED = (
    select(_D.id)
    .where(_OF_BROADCAST, _D.broadcast_id.is_not(None))
    .where(_D.state.in_([_S.QUEUED.value, _S.LEASED.value, _S.PARKED.value, _S.CALLING.value]))
    .limit(1)
)
_OUTCOMES = (
    select(_D.state, _D.reason, func.count())
    .where(_OF_BROADCAST, _D.broadcast_id.is_not(None))
    .group_by(_D.state, _D.reason)
    .order_by(_D.state, _D.reason)
)
# Not those who want none of it, nor those whom it was taken back from: a call is for whoever it could not reach.
NOT_REACHED = or_(
    _D.state.in_([_S.FAILED.value, _S.PARKED.value, _S.UNCONFIRMED.value, _S.DEAD.value]),
    (_D.state == _S.WITHDRAWN.value) & (_D.reason == Why.UNREACHABLE.value),
    (_D.state == _S.EXPIRED.value) & _D.reason.in_([NOBODY_CAME, Why.TOO_LATE.value]),
)
_UNREACHED = (
    select(_D.resident_id, _D.lane, _D.state, _D.reason, _R.language, _R.key_sealed, _R.nickname_sealed)
    .select_from(DELIVERY.join(_RESIDENT, _R.id == _D.resident_id).join(_REGION, _G.id == _R.region_id))
    .where(_OF_BROADCAST, _D.broadcast_id.is_not(None), NOT_REACHED, _D.resident_id > bindparam("after"))
    .order_by(_D.resident_id)
    .limit(bindparam("limit"))
)

_BROADCAST = table_of(BroadcastRow)
_LAST_TOLD = (
    select(_D.subject, _D.changed_at, _D.broadcast_id, _R.language, _G.name)
    .select_from(
        DELIVERY.join(_RESIDENT, _R.id == _D.resident_id)
        .outerjoin(_BROADCAST, _BROADCAST.c.id == _D.broadcast_id)
        .outerjoin(_REGION, _G.id == _BROADCAST.c.region_id)
    )
    .where(_D.resident_id == bindparam("resident"), _D.state == _S.SENT.value)
    .where(_D.kind.in_(sorted(BY_AUDIENCE)))
    .order_by(_D.changed_at.desc(), _D.id.desc())
    .limit(1)
)


def withdraw(at: Transaction, broadcast_id: BroadcastId, reason: str, limit: int, now: datetime) -> int:
    """Take back up to *limit* of what is open; how many."""
    return at.connection.execute(_WITHDRAW, {"of": broadcast_id, "why": reason, "limit": limit, "now": now}).rowcount


def is_open(at: Transaction, broadcast_id: BroadcastId) -> bool:
    """Whether something of it is still to be sent, or in the air."""
    return at.connection.execute(_UNSETTLED, {"of": broadcast_id}).first() is not None


def outcomes(at: Transaction, broadcast_id: BroadcastId) -> list[Outcome]:
    """People by the state of their delivery and its reason."""
    rows = at.connection.execute(_OUTCOMES, {"of": broadcast_id})
    return [Outcome(DeliveryState(state), reason, people) for state, reason, people in rows]


def unreached(
    at: Transaction, broadcast_id: BroadcastId, region_path: str, limit: int, after: ResidentId, *, below: bool
) -> list[CallLine]:
    """Whom it did not reach though they are meant, by id."""
    there = _G.path.startswith(region_path, autoescape=True) if below else _G.path == region_path
    values = {"of": broadcast_id, "after": after, "limit": limit}
    return [line_of(at, row) for row in at.connection.execute(_UNREACHED.where(there), values)]


def last_told(at: Transaction, resident_id: ResidentId) -> Told | None:
    """The last announcement or tip that they got and that is still in the ledger."""
    row = at.connection.execute(_LAST_TOLD, {"resident": resident_id}).one_or_none()
    if row is None:
        return None
    subject = json.loads(row.subject)
    words = {} if row.broadcast_id is None else posted(at, [row.broadcast_id])
    found = words.get((row.broadcast_id, row.language)) or next(iter(words.values()), None)
    return Told(subject.get("about", ""), row.changed_at, subject, found, row.name)


def line_of(at: Transaction, row: Any) -> CallLine:
    """A row of resident, lane, state, reason, language and sealed nickname as a line of a call list."""
    lane = LaneName(row.lane) if row.lane else None
    return CallLine(
        ResidentId(row.resident_id), _nickname(at, row), lane, Language(row.language), row.reason or row.state
    )


def _nickname(at: Transaction, row: Any) -> str | None:
    if row.nickname_sealed is None:
        return None
    try:
        return at.ring.person(row.key_sealed).open(row.nickname_sealed, NICKNAME_COLUMN).decode()
    except Fault:  # one damaged row must not hide everybody else from those who would call them
        return None
