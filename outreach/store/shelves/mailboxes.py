"""Messages for pages that we serve ourselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from outreach.domain.messages import Outgoing
from outreach.services.cards import Caller, Mail
from outreach.store.codec import pack_answers, unpack_answers
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_inbound import MailRow
from outreach.store.transaction import Shelf

_COLUMN, _PURPOSE = "mail.body", "mail"
_MAIL = table_of(MailRow)
_M = _MAIL.c
_HERE = (_M.lane == bindparam("lane"), _M.person == bindparam("person"))
_APPEND = ByDialect(_MAIL, lambda new: new.on_conflict_do_nothing(index_elements=["lane", "person", "key"]))
_READ = (
    select(_M.id, _M.body_sealed).where(*_HERE, _M.id > bindparam("after")).order_by(_M.id).limit(bindparam("limit"))
)
_ACKNOWLEDGE = delete(_MAIL).where(*_HERE, _M.id <= bindparam("up_to"))
_PURGE = delete(_MAIL).where(
    _M.id.in_(select(_M.id).where(_M.created_at < bindparam("before")).limit(bindparam("limit")))
)


class MailboxShelf(Shelf):
    """Matches `services.ports.Mailboxes`."""

    __slots__ = ()

    def append(self, caller: Caller, message: Outgoing, key: str, now: datetime) -> None:
        """Keep *message*, sealed; a repeated *key* is one."""
        values = self._here(caller) | {
            "key": key,
            "body_sealed": self._at.ring.seal(_PURPOSE, pack_answers([message]), _COLUMN),
            "created_at": now,
        }
        self._at.connection.execute(_APPEND.on(self._at.connection), values)

    def read(self, caller: Caller, after: int, limit: int) -> list[Mail]:
        """What came after the cursor *after*, oldest first."""
        rows = self._at.connection.execute(_READ, self._here(caller) | {"after": after, "limit": limit})
        return [
            Mail(cursor, unpack_answers(self._at.ring.open(_PURPOSE, sealed, _COLUMN))[0]) for cursor, sealed in rows
        ]

    def acknowledge(self, caller: Caller, up_to: int) -> int:
        """Delete what the page has shown; how many."""
        return self._at.connection.execute(_ACKNOWLEDGE, self._here(caller) | {"up_to": up_to}).rowcount

    def purge(self, before: datetime, limit: int) -> int:
        """Delete what nobody came for; how many."""
        return self._at.connection.execute(_PURGE, {"before": before, "limit": limit}).rowcount

    def _here(self, caller: Caller) -> dict[str, object]:
        return {"lane": caller.lane, "person": self._at.person(caller)}
