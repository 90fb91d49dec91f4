"""When a way to a resident is lost: what was to take it goes another way, or nowhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, or_, select, text, update

from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import AddressId, DeliveryId, LaneName, ResidentId
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves.ledger_entry import way_to
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.shelves.ledger_outcomes import ERASED, FINISHED
from outreach.store.transaction import Transaction

_D, _A = DELIVERY.c, ADDRESS.c
_S = DeliveryState
_NOW = bindparam("now", type_=_D.due_at.type)
_UNFINISHED = sorted(state.value for state in DeliveryState if state not in FINISHED)
_BY_ADDRESS = (_D.address_id == bindparam("of"), _D.to_sealed.is_(None))
_NOT_IN_A_MASS = or_(_D.mass_id.is_(None), _D.state != _S.CALLING.value)  # that goes to its list, whoever left it
_REROUTE = (
    update(DELIVERY)
    .where(*_BY_ADDRESS, _D.state.in_(_UNFINISHED), _NOT_IN_A_MASS)
    .values(
        address_id=bindparam("way"),
        lane=bindparam("on"),
        person=bindparam("whose"),
        # Taken but not called: the sender that holds it finds it gone. In the air: its outcome is still written down.
        state=case((_D.state.in_([_S.LEASED.value, _S.PARKED.value]), _S.QUEUED.value), else_=_D.state),
        lease_until=None,
        parts_sent=case((_D.state == _S.CALLING.value, _D.parts_sent), else_=0),  # parts are cut to the channel
        changed_at=_NOW,
    )
)
_WITHDRAW = (
    update(DELIVERY)
    .where(*_BY_ADDRESS, text(OPEN_DELIVERY))
    .values(state=_S.WITHDRAWN.value, reason=bindparam("why"), lease_until=None, changed_at=_NOW, **ERASED)
)


_OPEN_WAYS = (
    select(_A.id, _A.lane, _A.person)
    .where(_A.resident_id == select(_D.resident_id).where(_D.id == bindparam("of")).scalar_subquery())
    .where(_A.lane.in_(bindparam("lanes", expanding=True)), _A.reach == "reachable")
    .order_by(_A.preferred_at.is_(None), _A.last_word_at.desc(), _A.id)
    .limit(1)
)
_GO = (
    update(DELIVERY)
    .where(_D.id == bindparam("of"), _D.to_sealed.is_(None), text(OPEN_DELIVERY))
    .values(
        address_id=bindparam("way"),
        lane=bindparam("on"),
        person=bindparam("whose"),
        state=_S.QUEUED.value,
        lease_until=None,
        parts_sent=0,  # parts are cut to the channel
        changed_at=_NOW,
    )
)


def go_elsewhere(at: Transaction, delivery_id: DeliveryId, lanes: Collection[LaneName], now: datetime) -> bool:
    """Queue it for an address of the same resident on one of *lanes*; False: there is none that can be reached."""
    if not lanes:
        return False
    way = at.connection.execute(_OPEN_WAYS, {"of": delivery_id, "lanes": sorted(lanes)}).one_or_none()
    if way is None:
        return False
    values = {"of": delivery_id, "way": way.id, "on": way.lane, "whose": way.person, "now": now}
    if not at.connection.execute(_GO, values).rowcount:
        return False
    at.woken.add(LaneName(way.lane))
    return True


def reroute(at: Transaction, address_id: AddressId, resident_id: ResidentId, now: datetime) -> bool:
    """Send what is under way to *address_id*, which cannot be reached, where *resident_id* can be; False: nowhere.

    Answers to a word that was said at that address carry it with them and are left as they are.
    """
    way = way_to(at, resident_id)
    if way is None:
        return False
    if at.connection.execute(_REROUTE, _values(address_id, way, now)).rowcount:
        at.woken.add(LaneName(way[2]))
    return True


def withdraw_at(at: Transaction, address_id: AddressId, why: str, now: datetime) -> None:
    """Take back what is open for *address_id*, *why* being the reason; answers are left as they are."""
    at.connection.execute(_WITHDRAW, {"of": address_id, "why": why, "now": now})


def _values(address_id: AddressId, way: Sequence[Any], now: datetime) -> dict[str, object]:
    _, other_id, lane, person, _ = way
    return {"of": address_id, "way": other_id, "on": lane, "whose": person, "now": now}
