"""What platforms still let through to each address: opened by what its owner does, used up by what we send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, distinct, func, or_, select, text, update

from outreach.domain.ids import AddressId
from outreach.domain.messages import Act
from outreach.domain.signup import Standing
from outreach.domain.windows import PushWindow
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Letter
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow, SignUpRow
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.transaction import Shelf, Transaction

_SIGN_UP, _ACTIVITY = table_of(SignUpRow), table_of(ActivityRow)
_D, _A, _S = DELIVERY.c, ADDRESS.c, _SIGN_UP.c
_UNTIL, _NOW = bindparam("until", type_=_A.window_until.type), bindparam("now", type_=_A.window_until.type)
_OPEN = Prepared(  # `domain.windows.takes_the_place`, in SQL
    update(ADDRESS)
    .where(
        _A.lane == bindparam("of_lane"),
        _A.person == bindparam("of_person"),
        or_(
            _A.window_until.is_(None),
            _A.window_until <= _NOW,
            _A.window_until < _UNTIL,
            and_(bindparam("act") != Act.MESSAGE.value, _A.window_left <= 0),
        ),
    )
    .values(window_until=_UNTIL, window_left=bindparam("messages"), window_by=bindparam("act"))
)
_USED: BindParameter[int] = bindparam("used")
_USE = (
    update(ADDRESS)
    .where(_A.id == bindparam("of"), _A.window_left > 0)
    .values(window_left=case((_A.window_left > _USED, _A.window_left - _USED), else_=0))
)
_USE_UP = (
    update(ADDRESS)
    .where(_A.id == bindparam("of"))
    .values(window_left=0, window_until=func.coalesce(_A.window_until, _NOW))
)
_USE_UNDER = update(ADDRESS).where(
    _A.window_left > 0, _A.id.in_(select(_D.address_id).where(_D.key == bindparam("under"), text(OPEN_DELIVERY)))
).values(window_left=_A.window_left - 1)  # fmt: skip
_KEPT = (  # reminders are not in the ledger before they are due: the activity knows when that is
    select(_A.id, func.count(distinct(_S.activity_id)))
    .select_from(
        ADDRESS.join(_SIGN_UP, _S.resident_id == _A.resident_id).join(_ACTIVITY, _ACTIVITY.c.id == _S.activity_id)
    )
    .where(
        _A.id.in_(bindparam("addresses", expanding=True)),
        _S.standing == Standing.SEATED.value,
        _ACTIVITY.c.next_reminder_at < _A.window_until,
    )
    .group_by(_A.id)
)


class WindowShelf(Shelf):
    """Matches `services.ports.Windows`."""

    __slots__ = ()

    def opened(self, caller: Caller, window: PushWindow, now: datetime) -> bool:
        """*caller* opened *window*; False for a stranger, or where what is open already is the safer guess."""
        values: dict[str, Any] = {"of_lane": caller.lane, "of_person": self._at.person(caller), "now": now}
        values |= {"until": window.until, "messages": window.left, "act": window.by.value}
        return _OPEN.run(self._at.connection, values) > 0

    def kept_for_reminders(self, addresses: Iterable[AddressId | None]) -> Mapping[AddressId | None, int]:
        """How many activities remind the owner of each of *addresses* before its window ends; 0 is left out."""
        ids = sorted({address_id for address_id in addresses if address_id is not None})
        if not ids:
            return {}
        found = self._at.connection.execute(_KEPT, {"addresses": ids})
        return {AddressId(address_id): number for address_id, number in found}


def use(at: Transaction, letters: Iterable[tuple[Letter, int]]) -> None:
    """So many messages went to the address of each letter, or may have gone: its window lets fewer through."""
    used: Counter[int] = Counter()
    for letter, number in letters:
        if letter.address_id is not None and letter.window is not None:
            used[letter.address_id] += number
    rows = [{"of": address_id, "used": number} for address_id, number in sorted(used.items()) if number > 0]
    if rows:
        at.connection.execute(_USE, rows)


def use_under(at: Transaction, key: str) -> None:
    """What is open under *key* was said without the ledger."""
    at.connection.execute(_USE_UNDER, {"under": key})


def use_up(at: Transaction, address_id: AddressId, now: datetime) -> None:
    """The platform says that nothing more gets there before they write."""
    at.connection.execute(_USE_UP, {"of": address_id, "now": now})
