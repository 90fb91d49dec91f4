"""The chats where staff get their pushes: offered by a code in the console, claimed in the chat, sealed."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import bindparam, select, update

from outreach.domain.ids import StaffId
from outreach.services.cards import Caller
from outreach.store.rows import table_of
from outreach.store.rows_accounts import StaffRow
from outreach.store.transaction import Transaction

CODE_DIGITS = 8
_PURPOSE, _REF_COLUMN = "staff", "staff.door_ref"
_STAFF = table_of(StaffRow)
_S = _STAFF.c
_TAKEN = select(_S.id).where(_S.link_code == bindparam("code"))
_OFFER = (
    update(_STAFF)
    .where(_S.id == bindparam("of"))
    .values(link_code=bindparam("code"), link_until=bindparam("till"), changed_at=bindparam("now"))
)
_CLAIM = (  # the condition is in the statement that uses the code up: of two at the same moment one finds it
    update(_STAFF)
    .where(
        _S.link_code == bindparam("typed"),
        _S.link_until > bindparam("now", type_=_S.link_until.type),
        _S.disabled_at.is_(None),
    )
    .values(
        link_code=None,
        link_until=None,
        door_lane=bindparam("lane"),
        door_person=bindparam("person"),
        door_ref_sealed=bindparam("ref"),
        changed_at=bindparam("now"),
    )
    .returning(_S.id)
)
_NO_DOOR = {"door_lane": None, "door_person": None, "door_ref_sealed": None}
_DROP = update(_STAFF).where(_S.id == bindparam("of")).values(**_NO_DOOR, changed_at=bindparam("now"))
_DROP_AT = (
    update(_STAFF)
    .where(_S.door_lane == bindparam("lane"), _S.door_person == bindparam("person"))
    .values(**_NO_DOOR, changed_at=bindparam("now"))
)


def offer(at: Transaction, staff_id: StaffId, until: datetime, now: datetime) -> str:
    """A fresh code of `CODE_DIGITS` digits, instead of the one before."""
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        index = _index(at, code)
        if at.connection.execute(_TAKEN, {"code": index}).first() is None:
            at.connection.execute(_OFFER, {"of": staff_id, "code": index, "till": until, "now": now})
            return code


def claim(at: Transaction, code: str, caller: Caller, now: datetime) -> StaffId | None:
    """Whose *code* it is, used up; *caller* is their chat now."""
    values = {
        "typed": _index(at, code),
        "lane": caller.lane,
        "person": at.person(caller),
        "ref": at.ring.seal(_PURPOSE, caller.user_ref.encode(), _REF_COLUMN),
        "now": now,
    }
    row = at.connection.execute(_CLAIM, values).one_or_none()
    return None if row is None else StaffId(row[0])


def drop(at: Transaction, staff_id: StaffId, now: datetime) -> None:
    """They have no chat any more."""
    at.connection.execute(_DROP, {"of": staff_id, "now": now})


def drop_at(at: Transaction, caller: Caller, now: datetime) -> int:
    """That chat is nobody's any more; how many accounts had it."""
    values = {"lane": caller.lane, "person": at.person(caller), "now": now}
    return at.connection.execute(_DROP_AT, values).rowcount


def opened(at: Transaction, ref_sealed: bytes) -> str:
    """The platform's reference of a chat."""
    return at.ring.open(_PURPOSE, ref_sealed, _REF_COLUMN).decode()


def _index(at: Transaction, code: str) -> bytes:
    return at.ring.index("staff.code", code)
