"""What a dialogue remembers between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from outreach.services.cards import Caller
from outreach.store.codec import packed, unpacked
from outreach.store.dialect import ByDialect
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_people import ConversationRow
from outreach.store.transaction import Shelf

_COLUMN = "conversation.state"
_TALK = table_of(ConversationRow)
_C = _TALK.c
_HERE = (_C.lane == bindparam("lane"), _C.person == bindparam("person"))
_RECALL = Prepared(select(_C.state_sealed).where(*_HERE, _C.until > bindparam("now")))
_KEEP = Prepared(
    ByDialect(
        _TALK,
        lambda new: new.on_conflict_do_update(
            index_elements=["lane", "person"],
            set_={"state_sealed": new.excluded.state_sealed, "until": new.excluded.until},
        ),
    )
)
_PURGE = delete(_TALK).where(_C.until <= bindparam("now"))


class ConversationShelf(Shelf):
    """Matches `services.ports.Conversations`."""

    __slots__ = ()

    def recall(self, caller: Caller, now: datetime) -> Mapping[str, object]:
        """The last state kept, or an empty mapping."""
        found = _RECALL.first(self._at.connection, self._here(caller) | {"now": now})
        if found is None:
            return {}
        state: dict[str, object] = unpacked(self._at.ring.open("conversation", found[0], _COLUMN))
        return state

    def keep(self, caller: Caller, state: Mapping[str, object], until: datetime) -> None:
        """Keep *state* (JSON values only), sealed, instead of what was kept before; it is gone after *until*."""
        sealed = self._at.ring.seal("conversation", packed(dict(state)), _COLUMN)
        values = self._here(caller) | {"state_sealed": sealed, "until": until}
        _KEEP.run(self._at.connection, values)

    def purge(self, now: datetime) -> int:
        """Delete what nobody came back for; how many."""
        return self._at.connection.execute(_PURGE, {"now": now}).rowcount

    def _here(self, caller: Caller) -> dict[str, object]:
        return {"lane": caller.lane, "person": self._at.person(caller)}
