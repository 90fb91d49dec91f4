"""Taking what is due on a lane: every rank its share, the oldest of each first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Float, bindparam, cast, func, literal, select, union_all, update

from outreach.domain.delivery import DeliveryState, Rank
from outreach.domain.fairness import AT_ONCE, WEIGHTS
from outreach.domain.ids import LaneName
from outreach.store.prepared import Prepared
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.transaction import Transaction

_D = DELIVERY.c
_QUEUED, _LEASED = DeliveryState.QUEUED.value, DeliveryState.LEASED.value
_NOW = bindparam("now", type_=_D.due_at.type)

_LEASE_OVER = Prepared(
    update(DELIVERY)
    .where(_D.lane == bindparam("on"), _D.state == _LEASED, _D.lease_until <= _NOW)
    .values(state=_QUEUED, lease_until=None, changed_at=_NOW)
)


def _first_due() -> Any:
    """Ids of what is due on a lane. One seek a rank: what is put off to the morning is not even looked at."""
    ranks = []
    for rank in Rank:
        found = (
            select(_D.id, _D.due_at)
            .where(_D.lane == bindparam("on"), _D.state == _QUEUED, _D.rank == int(rank), _D.due_at <= _NOW)
            .order_by(_D.due_at, _D.id)
            .limit(bindparam("limit"))
            .subquery(rank.name.lower())
        )
        number = func.row_number().over(order_by=(found.c.due_at, found.c.id))
        ranks.append(select(found.c.id, literal(int(rank)).label("rank"), number.label("number"), _place(rank, number)))
    due = union_all(*ranks).subquery("due")
    return select(due.c.id).order_by(due.c.place, due.c.rank, due.c.number).limit(bindparam("limit"))


def _place(rank: Rank, number: Any) -> Any:
    """`fairness.place`, in SQL."""
    if rank in AT_ONCE:
        return literal(-1.0, Float()).label("place")
    owed = bindparam(f"owed_{int(rank)}", type_=Float())
    return ((cast(number, Float()) - owed) / float(WEIGHTS[rank])).label("place")


_CLAIM = Prepared(
    update(DELIVERY)
    .where(_D.id.in_(_first_due()), _D.state == _QUEUED)
    .values(state=_LEASED, epoch=bindparam("under"), lease_until=bindparam("until"), changed_at=_NOW)
    .returning(_D.id)
)


def claim(
    at: Transaction,
    lane: LaneName,
    epoch: int,
    limit: int,
    owed: Mapping[Rank, float],
    now: datetime,
    until: datetime,
) -> Sequence[int]:
    """Lease up to *limit* of what is due on *lane*; their ids. One whose lease is over is due again."""
    _LEASE_OVER.run(at.connection, {"on": lane, "now": now})
    values = {"on": lane, "limit": limit, "under": epoch, "until": until, "now": now}
    values |= {f"owed_{int(rank)}": owed.get(rank, 0.0) for rank in WEIGHTS}
    return [row[0] for row in _CLAIM.rows(at.connection, values)]
