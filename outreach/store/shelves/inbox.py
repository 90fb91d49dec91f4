"""Inbound messages: stored once, answered once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, or_, select, update

from outreach.domain.ids import InboxId, LaneName
from outreach.domain.messages import Incoming, Outgoing
from outreach.services.cards import Caller, InboxEntry, InboxState, Unanswered
from outreach.store.codec import pack_answers, pack_incoming, unpack_answers, unpack_incoming
from outreach.store.dialect import ByDialect
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_inbound import InboxRow
from outreach.store.transaction import Shelf

_BODY, _ANSWER, _PURPOSE = "inbox.body", "inbox.answer", "inbox"
_RECEIVED, _ANSWERED = InboxState.RECEIVED.value, InboxState.ANSWERED.value
_QUARANTINED = InboxState.QUARANTINED.value

_INBOX = table_of(InboxRow)
_I = _INBOX.c

_RECEIVE = Prepared(
    ByDialect(_INBOX, lambda new: new.on_conflict_do_nothing(index_elements=["lane", "message"]).returning(_I.id))
)
_STORED = Prepared(
    select(_I.id, _I.state, _I.tries, _I.answer_sealed)
    .where(_I.lane == bindparam("lane"), _I.message == bindparam("message"))
    .with_for_update()
)
_ANSWER_IT = Prepared(
    update(_INBOX)
    .where(_I.id == bindparam("of"))
    .values(
        state=_ANSWERED, answer_sealed=bindparam("answer"), body_sealed=None, reason="", changed_at=bindparam("now")
    )
)
_FAILED = (
    update(_INBOX)
    .where(_I.id == bindparam("of"), _I.state == _RECEIVED)
    .values(
        tries=_I.tries + 1,
        reason=bindparam("why"),
        state=case((_I.tries + 1 >= bindparam("most"), _QUARANTINED), else_=_RECEIVED),
        changed_at=bindparam("now"),
    )
)
_UNANSWERED = (
    select(_I.id, _I.lane, _I.tries, _I.body_sealed)
    .where(_I.state == _RECEIVED, _I.changed_at < bindparam("older_than"))
    .where(_I.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(_I.changed_at, _I.id)
    .limit(bindparam("limit"))
)
_PURGE = delete(_INBOX).where(
    _I.id.in_(
        select(_I.id)
        .where(
            or_(
                and_(_I.state == _ANSWERED, _I.changed_at < bindparam("answered")),
                and_(_I.state == _QUARANTINED, _I.changed_at < bindparam("quarantined")),
                and_(_I.state == _RECEIVED, _I.changed_at < bindparam("quarantined")),
            )
        )
        .limit(bindparam("limit"))
    )
)


class InboxShelf(Shelf):
    """Matches `services.ports.Inbox`."""

    __slots__ = ()

    def receive(self, caller: Caller | None, lane: LaneName, incoming: Incoming, now: datetime) -> InboxEntry:
        """Store at first sight, or find what was stored."""
        message = self._at.ring.index("inbox", lane, incoming.message_id)
        values = {
            "lane": lane,
            "message": message,
            "person": None if caller is None else self._at.person(caller),
            "state": _RECEIVED,
            "tries": 0,
            "reason": "",
            "body_sealed": self._at.ring.seal(_PURPOSE, pack_incoming(incoming), _BODY),
            "answer_sealed": None,
            "received_at": now,
            "changed_at": now,
        }
        stored = _RECEIVE.first(self._at.connection, values)
        if stored is not None:
            return InboxEntry(InboxId(stored[0]), InboxState.RECEIVED, first_sight=True, tries=0)
        (known,) = _STORED.rows(self._at.connection, {"lane": lane, "message": message})
        return self._entry(known)

    def answered(self, inbox_id: InboxId, answer: tuple[Outgoing, ...], now: datetime) -> None:
        """Keep the answer, erase the body."""
        sealed = self._at.ring.seal(_PURPOSE, pack_answers(answer), _ANSWER) if answer else None
        _ANSWER_IT.run(self._at.connection, {"of": inbox_id, "answer": sealed, "now": now})

    def failed(self, inbox_id: InboxId, reason: str, most_tries: int, now: datetime) -> None:
        """One try more; quarantined after *most_tries*. *reason* is a code, never a word of theirs."""
        self._at.connection.execute(_FAILED, {"of": inbox_id, "why": reason, "most": most_tries, "now": now})

    def unanswered(self, lanes: Iterable[LaneName], older_than: datetime, limit: int) -> list[Unanswered]:
        """Stored, not answered, and last tried before *older_than*, on these lanes; oldest first."""
        values = {"lanes": list(lanes), "older_than": older_than, "limit": limit}
        return [self._unanswered(row) for row in self._at.connection.execute(_UNANSWERED, values).all()]

    def purge(self, answered_before: datetime, quarantined_before: datetime, limit: int) -> int:
        """Delete what was answered, quarantined, or never taken up (its lane is off) before these; how many."""
        values = {"answered": answered_before, "quarantined": quarantined_before, "limit": limit}
        return self._at.connection.execute(_PURGE, values).rowcount

    def _entry(self, row: Sequence[Any]) -> InboxEntry:
        found, state, tries, sealed = row
        answer = () if sealed is None else unpack_answers(self._at.ring.open(_PURPOSE, sealed, _ANSWER))
        return InboxEntry(found, InboxState(state), first_sight=False, tries=tries, answer=answer)

    def _unanswered(self, row: Sequence[Any]) -> Unanswered:
        found, lane, tries, sealed = row
        return Unanswered(found, lane, tries, unpack_incoming(self._at.ring.open(_PURPOSE, sealed, _BODY)))
