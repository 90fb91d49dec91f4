"""Residents talking with staff; every note is sealed with the resident's own key."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId, ThreadId
from outreach.domain.messages import Language
from outreach.services.cards import Caller
from outreach.services.cards_care import ThreadCard, ThreadEntry, ThreadState
from outreach.store.dialect import ByDialect
from outreach.store.keys import Seal
from outreach.store.rows import table_of
from outreach.store.rows_people import AddressRow, RegionRow, ResidentRow
from outreach.store.rows_staff import ThreadEntryRow, ThreadRow
from outreach.store.shelves.ledger_letters import window_of
from outreach.store.transaction import Shelf

_COLUMN = "thread_entry.text"
_OPEN, _CLOSED = ThreadState.OPEN.value, ThreadState.CLOSED.value
_THREAD, _ENTRY, _RESIDENT = table_of(ThreadRow), table_of(ThreadEntryRow), table_of(ResidentRow)
_ADDRESS, _REGION = table_of(AddressRow), table_of(RegionRow)
_T, _E, _R, _P = _THREAD.c, _ENTRY.c, _RESIDENT.c, _REGION.c

_THEIRS = _ADDRESS.alias("theirs")
_A = _ADDRESS.c
_WHERE_THEY_WROTE = (
    select(_THEIRS.c.id)
    .where(_THEIRS.c.resident_id == _T.resident_id, _THEIRS.c.lane == _T.lane)
    .order_by(_THEIRS.c.last_word_at.desc(), _THEIRS.c.id)
    .limit(1)
    .scalar_subquery()
)
_CARDS = select(
    _T.id,
    _T.resident_id,
    _T.lane,
    _R.language,
    _T.state,
    _T.opened_at,
    _T.changed_at,
    _P.path,
    _P.name,
    _A.last_word_at,
    _A.window_until,
    _A.window_left,
    _A.window_by,
).select_from(
    _THREAD.join(_RESIDENT, _R.id == _T.resident_id)
    .join(_REGION, _P.id == _R.region_id)
    .outerjoin(_ADDRESS, _A.id == _WHERE_THEY_WROTE)
)
_BY_ID = _CARDS.where(_T.id == bindparam("id"))
_WAITED = (_T.state != _OPEN, _T.changed_at, _T.id)
_LISTED = _CARDS.order_by(*_WAITED).limit(bindparam("limit"))
_PLACE = select(_T.state != _OPEN, _T.changed_at).where(_T.id == bindparam("id"))
_FRESH = (
    select(_T.id, _T.changed_at, _P.path)
    .select_from(_THREAD.join(_RESIDENT, _R.id == _T.resident_id).join(_REGION, _P.id == _R.region_id))
    .where(_T.state == _OPEN, _T.changed_at > bindparam("since", type_=_T.changed_at.type))
    .order_by(_T.changed_at)
    .limit(bindparam("limit"))
)
_TURNS = select(func.count()).select_from(_ENTRY).where(_E.thread_id == bindparam("id"), _E.author == "staff")
_OLD = (
    select(_T.id)
    .where(_T.state == _CLOSED, _T.changed_at < bindparam("before", type_=_T.changed_at.type))
    .limit(bindparam("limit"))
)
_IN_PROGRESS = ByDialect(
    _THREAD,
    lambda new: new.on_conflict_do_update(
        index_elements=["resident_id"],
        index_where=_T.state != _CLOSED,
        set_={"state": new.excluded.state, "lane": new.excluded.lane, "changed_at": new.excluded.changed_at},
    ).returning(_T.id),
)
_IS_OPEN = select(_T.id).where(_T.resident_id == bindparam("of"), _T.state == _OPEN).limit(1)
_MOVE = update(_THREAD).where(_T.id == bindparam("of")).values(state=bindparam("to"), changed_at=bindparam("now"))
_NOTE = insert(_ENTRY)
_NOTES = select(_E.id, _E.author, _E.at, _E.text_sealed).where(_E.thread_id == bindparam("id")).order_by(_E.id)
_KEY = select(_R.key_sealed).where(_R.id == bindparam("id"))


class ThreadShelf(Shelf):
    """Matches `services.ports.Threads`."""

    __slots__ = ()

    def write(self, resident_id: ResidentId, caller: Caller, text: str, now: datetime) -> ThreadCard:
        """Add to the resident's open thread or open one."""
        values = {
            "resident_id": resident_id,
            "lane": caller.lane,
            "state": _OPEN,
            "opened_at": now,
            "changed_at": now,
        }
        thread_id = self._at.connection.execute(_IN_PROGRESS.on(self._at.connection), values).scalar_one()
        self._add(thread_id, resident_id, "resident", None, text, now)
        return self._card(thread_id)

    def is_open(self, resident_id: ResidentId) -> bool:
        """Whether staff owe this resident an answer."""
        return self._at.connection.execute(_IS_OPEN, {"of": resident_id}).first() is not None

    def answer(self, thread_id: ThreadId, by: Actor, text: str, now: datetime) -> tuple[ThreadCard, int]:
        """The thread and the entry's id. Raises `NotFound`."""
        card = self._card(thread_id)
        entry = self._add(thread_id, card.resident_id, "staff", by.name, text, now)
        return self._moved(thread_id, ThreadState.ANSWERED, now), entry

    def close(self, thread_id: ThreadId, now: datetime) -> ThreadCard:
        """Nothing more to say. Raises `NotFound`."""
        return self._moved(thread_id, ThreadState.CLOSED, now)

    def get(self, thread_id: ThreadId) -> ThreadCard:
        """With its entries. Raises `NotFound`."""
        card = self._card(thread_id)
        seal = self._seal(card.resident_id)
        rows = self._at.connection.execute(_NOTES, {"id": thread_id}).all()
        entries = tuple(
            ThreadEntry(row[0], row[1], row[2], seal.open(row[3], _COLUMN).decode(errors="surrogatepass"))
            for row in rows
        )
        return replace(card, entries=entries)

    def listed(
        self,
        limit: int,
        *,
        open_only: bool = True,
        region_path: str = "",
        below: bool = True,
        after: ThreadId | None = None,
    ) -> list[ThreadCard]:
        """Without their words; those that wait for an answer first, longest first; of one region or all below it."""
        statement = _LISTED.where(_P.path.startswith(region_path) if below else _P.path == region_path)
        if open_only:
            statement = statement.where(_T.state == _OPEN)
        if after is not None:
            row = self._at.connection.execute(_PLACE, {"id": after}).one_or_none()
            statement = statement if row is None else statement.where(_behind(row, after))
        return [_card(row) for row in self._at.connection.execute(statement, {"limit": limit})]

    def fresh(self, since: datetime, limit: int) -> list[tuple[ThreadId, datetime, str]]:
        """Open ones that a resident wrote in after *since*: id, when, and the lineage of their region."""
        rows = self._at.connection.execute(_FRESH, {"since": since, "limit": limit})
        return [(ThreadId(row[0]), row[1], row[2]) for row in rows]

    def turns(self, thread_id: ThreadId) -> int:
        """How often staff have answered in it."""
        found: int = self._at.connection.execute(_TURNS, {"id": thread_id}).scalar_one()
        return found

    def purge(self, closed_before: datetime, limit: int) -> int:
        """Erase closed threads with all their words; how many."""
        old = list(self._at.connection.execute(_OLD, {"before": closed_before, "limit": limit}).scalars())
        if old:
            self._at.connection.execute(delete(_ENTRY).where(_E.thread_id.in_(old)))
            self._at.connection.execute(delete(_THREAD).where(_T.id.in_(old)))
        return len(old)

    def _card(self, thread_id: ThreadId) -> ThreadCard:
        row = self._at.connection.execute(_BY_ID, {"id": thread_id}).one_or_none()
        if row is None:
            raise NotFound("thread", thread_id)
        return _card(row)

    def _moved(self, thread_id: ThreadId, state: ThreadState, now: datetime) -> ThreadCard:
        self._at.connection.execute(_MOVE, {"of": thread_id, "to": state.value, "now": now})
        return self._card(thread_id)

    def _add(
        self, thread_id: ThreadId, resident_id: ResidentId, author: str, actor: str | None, text: str, now: datetime
    ) -> int:
        values = {
            "thread_id": thread_id,
            "author": author,
            "actor": actor,
            "at": now,
            "text_sealed": self._seal(resident_id).seal(text.encode(errors="surrogatepass"), _COLUMN),
        }
        return self._at.insert(_NOTE, values)

    def _seal(self, resident_id: ResidentId) -> Seal:
        return self._at.ring.person(self._at.connection.execute(_KEY, {"id": resident_id}).scalar_one())


def _behind(row: Any, after: ThreadId) -> ColumnElement[bool]:
    """Those that come after the one that stands so, in the order of `_WAITED`."""
    is_settled, changed_at = bool(row[0]), row[1]
    later = or_(_T.changed_at > changed_at, and_(_T.changed_at == changed_at, _T.id > after))
    if is_settled:
        return and_(_T.state != _OPEN, later)
    return or_(_T.state != _OPEN, later)


def _card(row: Any) -> ThreadCard:
    found, resident_id, lane, language, state, opened_at, changed_at, region_path, region_name, last_word_at, *_ = row
    return ThreadCard(
        id=found,
        resident_id=resident_id,
        channel=lane,
        language=Language(language),
        state=ThreadState(state),
        opened_at=opened_at,
        changed_at=changed_at,
        region_path=region_path,
        region_name=region_name,
        last_word_at=last_word_at,
        window=window_of(row),
    )
