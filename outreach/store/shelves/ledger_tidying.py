"""Old deliveries, a portion at a time: deleted, expired or put off, each by the rule of `domain.delivery.tidy`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update

from outreach.domain.delivery import AtHand, DeliveryState, Expire, Keep, Purge, tidy
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.shelves.ledger_outcomes import ERASED
from outreach.store.transaction import Transaction

NOBODY_CAME = "nobody_came"

_ACTIVITY = table_of(ActivityRow)
_D = DELIVERY.c
# The moment of the next look is a column of its own, so that no look ever passes over what it does not concern.
_TO_LOOK_AT = (
    select(
        _D.id, _D.state, _D.resident_id, _D.due_at, _D.changed_at, _D.helps_until, _ACTIVITY.c.ends_at.label("ends_at")
    )
    .select_from(DELIVERY.outerjoin(_ACTIVITY, _ACTIVITY.c.id == _D.activity_id))
    .where(_D.tidy_at <= bindparam("now", type_=_D.tidy_at.type))
    .order_by(_D.tidy_at)
    .limit(bindparam("limit"))
    .with_for_update(of=DELIVERY, skip_locked=True)
)
_PURGE = delete(DELIVERY).where(_D.id.in_(bindparam("ids", expanding=True)))
_PUT_OFF = update(DELIVERY).where(_D.id == bindparam("of")).values(tidy_at=bindparam("until"))
_EXPIRE = (
    update(DELIVERY)
    .where(_D.id == bindparam("of"), text(OPEN_DELIVERY))
    .values(
        state=DeliveryState.EXPIRED.value,
        reason=NOBODY_CAME,
        lease_until=None,
        changed_at=bindparam("now"),
        tidy_at=bindparam("until"),
        **ERASED,
    )
)


def tidy_up(at: Transaction, now: datetime, limit: int) -> int:
    """Look at up to *limit* deliveries whose time has come; how many. Their tries go with them."""
    rows = at.connection.execute(_TO_LOOK_AT, {"now": now, "limit": limit}).all()
    decided = [(row.id, tidy(_at_hand(row), now)) for row in rows]
    _many(
        at, _EXPIRE, ({"of": of, "until": what.until, "now": now} for of, what in decided if isinstance(what, Expire))
    )
    _many(at, _PUT_OFF, ({"of": of, "until": what.until} for of, what in decided if isinstance(what, Keep)))
    gone = [of for of, what in decided if isinstance(what, Purge)]
    if gone:
        at.connection.execute(_PURGE, {"ids": gone})
    return len(rows)


def _at_hand(row: Any) -> AtHand:
    return AtHand(
        DeliveryState(row.state), row.resident_id is not None, row.due_at, row.changed_at, row.helps_until, row.ends_at
    )


def _many(at: Transaction, statement: Any, values: Iterable[dict[str, object]]) -> None:
    found = list(values)
    if found:
        at.connection.execute(statement, found)
