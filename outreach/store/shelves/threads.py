"""Residents talking with staff; every note is sealed with the resident's own key."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId, ThreadId
from outreach.domain.messages import Language
from outreach.services.cards import Caller, ThreadCard, ThreadEntry, ThreadState
from outreach.store.dialect import ByDialect
from outreach.store.keys import Seal
from outreach.store.rows import table_of
from outreach.store.rows_people import ResidentRow
from outreach.store.rows_staff import ThreadEntryRow, ThreadRow
from outreach.store.transaction import Shelf

_COLUMN = "thread_entry.text"
_OPEN, _CLOSED = ThreadState.OPEN.value, ThreadState.CLOSED.value
_THREAD, _ENTRY, _RESIDENT = table_of(ThreadRow), table_of(ThreadEntryRow), table_of(ResidentRow)
_T, _E, _R = _THREAD.c, _ENTRY.c, _RESIDENT.c

_CARDS = select(_T.id, _T.resident_id, _T.lane, _R.language, _T.state, _T.opened_at, _T.changed_at).select_from(
    _THREAD.join(_RESIDENT, _R.id == _T.resident_id)
)
_BY_ID = _CARDS.where(_T.id == bindparam("id"))
_LISTED = _CARDS.order_by(_T.state != _OPEN, _T.changed_at, _T.id).limit(bindparam("limit"))
_LISTED_OPEN = _LISTED.where(_T.state == _OPEN)
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

    def listed(self, limit: int, *, open_only: bool = True) -> list[ThreadCard]:
        """Without their words; those that wait for an answer first, longest first."""
        statement = _LISTED_OPEN if open_only else _LISTED
        return [_card(row) for row in self._at.connection.execute(statement, {"limit": limit})]

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


def _card(row: Any) -> ThreadCard:
    found, resident_id, lane, language, state, opened_at, changed_at = row
    return ThreadCard(found, resident_id, lane, Language(language), ThreadState(state), opened_at, changed_at)
