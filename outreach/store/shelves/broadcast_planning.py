"""Planning in chunks: so many residents a transaction, one statement that queues, a cursor that says how far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, text

from outreach.domain.broadcast import BroadcastId
from outreach.domain.delivery import DeliveryState, rank_of
from outreach.domain.ids import LaneName
from outreach.services.cards_broadcasts import Aim, Chunk
from outreach.store.dialect import ByDialect
from outreach.store.shelves.broadcast_meant import MEANT, RESIDENT, RESIDENTS_AND_WAYS, is_meant, lives_in, why_not
from outreach.store.shelves.ledger_entry import NO_ADDRESS
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.transaction import Transaction

_R, _A, _D = RESIDENT.c, ADDRESS.c, DELIVERY.c
_SUBJECT = '{"about":"broadcast"}'
_WORTH_ANALYSING = 500  # rows: PostgreSQL plans for an empty table until it is told (performance.md: 70 times slower)


def plan_chunk(at: Transaction, broadcast_id: BroadcastId, aim: Aim, after: int, limit: int, now: datetime) -> Chunk:
    """Queue *broadcast_id* for those meant among the next *limit* residents; a key that is known is left as it is.

    Somebody with no address that can be reached gets a `failed` row, so that staff can see it.
    """
    up_to, seen = _next(at, after, limit)
    if not seen:
        return Chunk(after, 0, {}, is_last=True)
    here = (_R.id > after, _R.id <= up_to)
    lanes = at.connection.execute(_queueing(at, broadcast_id, aim, here, now)).scalars().all()
    at.woken.update(LaneName(lane) for lane in set(lanes) if lane)
    # Mostly a portion has some that are left out; where it has none, there is nothing to count.
    counted = at.connection.execute(_counting(aim, here)) if len(lanes) < seen else ()
    left_out = {why: people for why, people in counted if why != MEANT}
    return Chunk(up_to, len(lanes), left_out, is_last=seen < limit)


def analyse(at: Transaction, planned: int) -> None:
    """Tell PostgreSQL what was written, before the senders look for it. SQLite needs no telling."""
    if planned >= _WORTH_ANALYSING and at.connection.dialect.name == "postgresql":
        at.connection.execute(text("ANALYZE delivery"))


def _next(at: Transaction, after: int, limit: int) -> tuple[int, int]:
    ids = select(_R.id).where(_R.id > after).order_by(_R.id).limit(limit).subquery()
    up_to, seen = at.connection.execute(select(func.max(ids.c.id), func.count()).select_from(ids)).one()
    return up_to or after, seen


def _counting(aim: Aim, here: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    why = why_not(aim).label("why")
    named = select(why).select_from(RESIDENT).where(*here, lives_in(aim)).subquery()
    return select(named.c.why, func.count()).group_by(named.c.why)


def _queueing(
    at: Transaction, broadcast_id: BroadcastId, aim: Aim, here: tuple[ColumnElement[bool], ...], now: datetime
) -> Any:
    rows = _rows(broadcast_id, aim, now).where(*here, is_meant(aim))
    adding = ByDialect(
        DELIVERY,
        lambda new: (
            new.from_select(list(rows.selected_columns.keys()), rows)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(_D.lane)
        ),
    )
    return adding.on(at.connection)


def _rows(broadcast_id: BroadcastId, aim: Aim, now: datetime) -> Select[Any]:
    """What `domain.broadcast.broadcast_key` and `ledger_entry.add_drafts` would make of it; a test compares."""
    nowhere = _A.id.is_(None)
    moment = literal(now, _D.due_at.type)
    columns: dict[str, ColumnElement[Any]] = {
        "key": literal(f"broadcast:b{broadcast_id}:r") + cast(_R.id, String),
        "lane": func.coalesce(_A.lane, ""),
        "kind": literal(aim.kind.value),
        "rank": literal(int(rank_of(aim.kind))),
        "state": case((nowhere, DeliveryState.FAILED.value), else_=DeliveryState.QUEUED.value),
        "due_at": moment,
        "helps_until": literal(aim.helps_until, _D.helps_until.type),
        "epoch": literal(0),
        "tries": literal(0),
        "parts_sent": literal(0),
        "resident_id": _R.id,
        "address_id": _A.id,
        "person": _A.person,
        "language": _R.language,
        "subject": literal(_SUBJECT),
        "reason": case((nowhere, NO_ADDRESS), else_=""),
        "external_id": literal(""),
        "created_at": moment,
        "changed_at": moment,
        "tidy_at": literal(aim.helps_until, _D.tidy_at.type),
        "broadcast_id": literal(broadcast_id, _D.broadcast_id.type),
    }
    return select(*(column.label(name) for name, column in columns.items())).select_from(RESIDENTS_AND_WAYS)
