"""Writing into the ledger: drafts for residents, replies to anybody, reminders for a whole activity at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, bindparam, case, cast, func, literal, select

from outreach.domain.delivery import DeliveryState, Rank, first_look, rank_of
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language, MessageKind, Outgoing
from outreach.domain.signup import Standing
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft
from outreach.store.codec import pack_answers, packed
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_activities import SignUpRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.ledger_letters import ADDRESS, BODY_COLUMN, DELIVERY, PURPOSE, TO_COLUMN
from outreach.store.transaction import Transaction

NO_ADDRESS = "no_address"
_AT_ONCE = 500  # rows a statement: PostgreSQL and SQLite both bound the values of one

_D, _A = DELIVERY.c, ADDRESS.c
_RESIDENT, _SIGN_UP = table_of(ResidentRow), table_of(SignUpRow)
_R, _S = _RESIDENT.c, _SIGN_UP.c

_ADD = ByDialect(DELIVERY, lambda new: new.on_conflict_do_nothing(index_elements=["key"]))
_WAYS = (
    select(_A.resident_id, _A.id, _A.lane, _A.person, _R.key_sealed)
    .select_from(ADDRESS.join(_RESIDENT, _R.id == _A.resident_id))
    .where(_A.reach == "reachable")
    .order_by(_A.preferred_at.is_not(None), _A.last_word_at, _A.id.desc())
)
_WAYS_OF_ONE = _WAYS.where(_A.resident_id == bindparam("resident"))  # a confirmation; half the cost of a list of one
_WAYS_OF_MANY = _WAYS.where(_A.resident_id.in_(bindparam("residents", expanding=True)))
_KNOWN = select(_A.id, _A.resident_id).where(_A.lane == bindparam("lane"), _A.person == bindparam("person"))


def add_drafts(at: Transaction, drafts: Sequence[Draft], now: datetime) -> int:
    """Queue *drafts*, each for the address its resident prefers or wrote from last; how many are new."""
    return sum(_add(at, drafts[start : start + _AT_ONCE], now) for start in range(0, len(drafts), _AT_ONCE))


def add_reply(
    at: Transaction,
    caller: Caller,
    key: str,
    message: Outgoing,
    language: Language | None,
    now: datetime,
    due_at: datetime,
    helps_until: datetime | None,
) -> None:
    """Queue one fixed message for *caller*, address and words sealed with a purpose key."""
    person = at.person(caller)
    known = at.connection.execute(_KNOWN, {"lane": caller.lane, "person": person}).one_or_none()
    row = _blank(key, message.kind, now) | {
        "lane": caller.lane,
        "due_at": due_at,
        "helps_until": helps_until,
        "tidy_at": first_look(is_residents=known is not None, due_at=due_at, now=now),
        "person": person,
        "address_id": None if known is None else known[0],
        "resident_id": None if known is None else known[1],
        "to_sealed": at.ring.seal(PURPOSE, caller.user_ref.encode(), TO_COLUMN),
        "body_sealed": at.ring.seal(PURPOSE, pack_answers([message]), BODY_COLUMN),
        "language": None if language is None else language.value,
    }
    if at.connection.execute(_ADD.on(at.connection), row).rowcount:
        at.woken.add(caller.lane)


def add_reminders(
    at: Transaction,
    activity_id: ActivityId,
    activity_revision: int,
    lead: timedelta,
    signed_up_before: datetime,
    needed_by: datetime,
    helps_until: datetime,
    now: datetime,
) -> int:
    """One reminder for each seated sign-up that stands so since before *signed_up_before*, in one statement."""
    values = {
        "activity": activity_id,
        "key_end": f":v{activity_revision}:{int(lead.total_seconds())}s",
        "before": signed_up_before,
        "needed_by": needed_by,
        "helps_until": helps_until,
        "first_look": first_look(is_residents=True, due_at=now, now=now),
        "now": now,
    }
    lanes = at.connection.execute(_REMIND.on(at.connection), values).scalars().all()
    at.woken.update(LaneName(lane) for lane in lanes if lane)
    return len(lanes)


def way_to(at: Transaction, resident_id: ResidentId) -> Sequence[Any] | None:
    """Resident, address, lane, person and sealed key: where they can be reached now; ``None``: nowhere."""
    return _ways(at, [resident_id]).get(resident_id)


def _add(at: Transaction, drafts: Sequence[Draft], now: datetime) -> int:
    ways = _ways(at, {draft.resident_id for draft in drafts})
    rows = [_row(at, draft, ways.get(draft.resident_id), now) for draft in drafts]
    added = at.connection.execute(_ADD.on(at.connection), rows if len(rows) > 1 else rows[0]).rowcount
    if added:
        at.woken.update(way[2] for way in ways.values())
    return added


def _ways(at: Transaction, residents: Iterable[ResidentId]) -> dict[ResidentId, Sequence[Any]]:
    """The way to each resident: of several, the one that comes last, preferred or where they wrote last."""
    wanted = sorted(residents)
    if len(wanted) == 1:
        rows = at.connection.execute(_WAYS_OF_ONE, {"resident": wanted[0]})
    else:
        rows = at.connection.execute(_WAYS_OF_MANY, {"residents": wanted})
    return {row[0]: row for row in rows}


def _row(at: Transaction, draft: Draft, way: Sequence[Any] | None, now: datetime) -> dict[str, object]:
    subject = dict(draft.subject)
    row = _blank(draft.key, draft.kind, now) | {
        "due_at": draft.due_at,
        "helps_until": draft.helps_until,
        "needed_by": draft.needed_by,
        "tidy_at": first_look(is_residents=True, due_at=draft.due_at, now=now),
        "resident_id": draft.resident_id,
        "activity_id": subject.pop("activity", None),
        "sign_up_id": subject.pop("sign_up", None),
        "subject": packed(subject).decode(),
    }
    if way is None:
        return row | {"state": DeliveryState.FAILED.value, "reason": NO_ADDRESS}
    _, address_id, lane, person, key_sealed = way
    sealed = at.ring.person(key_sealed).seal(pack_answers(draft.body), BODY_COLUMN) if draft.body else None
    return row | {"address_id": address_id, "lane": lane, "person": person, "body_sealed": sealed}


def _blank(key: str, kind: MessageKind, now: datetime) -> dict[str, object]:
    return _NOTHING | {"key": key, "kind": kind.value, "rank": int(rank_of(kind)), "created_at": now, "changed_at": now}


_NOTHING: dict[str, object] = {
    "lane": "",
    "state": DeliveryState.QUEUED.value,
    "helps_until": None,
    "needed_by": None,
    "epoch": 0,
    "lease_until": None,
    "tries": 0,
    "parts_sent": 0,
    "resident_id": None,
    "address_id": None,
    "person": None,
    "to_sealed": None,
    "body_sealed": None,
    "language": None,
    "subject": "{}",
    "activity_id": None,
    "sign_up_id": None,
    "reason": "",
    "external_id": "",
}


def _reminders() -> Select[Any]:
    """What `domain.delivery.reminder_key` and `add_drafts` would make of each seated sign-up; a test compares."""
    other = ADDRESS.alias("other")
    way = (
        select(other.c.id)
        .where(other.c.resident_id == _S.resident_id, other.c.reach == "reachable")
        .order_by(other.c.preferred_at.is_not(None).desc(), other.c.last_word_at.desc(), other.c.id)
        .limit(1)
        .scalar_subquery()
    )
    now = bindparam("now", type_=_D.due_at.type)
    key = literal("reminder:s") + cast(_S.id, String) + "." + cast(_S.revision, String) + bindparam("key_end")
    columns = {
        "key": key,
        "lane": func.coalesce(_A.lane, ""),
        "kind": literal(MessageKind.REMINDER.value),
        "rank": literal(int(Rank.REMINDER)),
        "state": case((_A.id.is_(None), DeliveryState.FAILED.value), else_=DeliveryState.QUEUED.value),
        "due_at": now,
        "helps_until": bindparam("helps_until", type_=_D.helps_until.type),
        "epoch": literal(0),
        "tries": literal(0),
        "parts_sent": literal(0),
        "resident_id": _S.resident_id,
        "address_id": _A.id,
        "person": _A.person,
        "subject": literal('{"about":"reminder"}'),
        "activity_id": _S.activity_id,
        "sign_up_id": _S.id,
        "reason": case((_A.id.is_(None), NO_ADDRESS), else_=""),
        "external_id": literal(""),
        "created_at": now,
        "changed_at": now,
        "needed_by": bindparam("needed_by", type_=_D.needed_by.type),
        "tidy_at": bindparam("first_look", type_=_D.tidy_at.type),
    }
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(_SIGN_UP.outerjoin(ADDRESS, _A.id == way))
        .where(_S.activity_id == bindparam("activity"), _S.standing == Standing.SEATED.value)
        .where(_S.resident_id.is_not(None), _S.since < bindparam("before"))
    )


_REMINDERS = _reminders()
_REMIND = ByDialect(
    DELIVERY,
    lambda new: (
        new.from_select(list(_REMINDERS.selected_columns.keys()), _REMINDERS)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(_D.lane)
    ),
)
