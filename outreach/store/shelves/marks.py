"""Small facts about the database itself."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from sqlalchemy import bindparam, select

from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_staff import MarkRow
from outreach.store.transaction import Shelf

_MARK = table_of(MarkRow)
_PURPOSE = "cupboard"
_GET = select(_MARK.c.value).where(_MARK.c.name == bindparam("name"))
_PUT = ByDialect(
    _MARK,
    lambda new: new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value}),
)


class MarkShelf(Shelf):
    """Matches `services.ports.Marks`."""

    __slots__ = ()

    def get(self, name: str) -> str | None:
        """The value kept under *name*."""
        found: str | None = self._at.connection.execute(_GET, {"name": name}).scalar_one_or_none()
        return found

    def put(self, name: str, value: str) -> None:
        """Keep *value*, instead of what was kept before."""
        self._at.connection.execute(_PUT.on(self._at.connection), {"name": name, "value": value})

    def secret(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What the processes of *lane* share under *name*, and until when. Raises `Fault` for another key."""
        kept = self.get(_kept_as(lane, name))
        if kept is None:
            return None
        value, until = json.loads(self._at.ring.open(_PURPOSE, base64.b64decode(kept), _kept_as(lane, name)))
        return Secret(value), datetime.fromisoformat(until)

    def put_secret(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None:
        """Keep *value* sealed, instead of what was kept before."""
        plain = json.dumps([value.reveal(), good_until.isoformat()]).encode()
        sealed = self._at.ring.seal(_PURPOSE, plain, _kept_as(lane, name))
        self.put(_kept_as(lane, name), base64.b64encode(sealed).decode())


def _kept_as(lane: LaneName, name: str) -> str:
    return f"cupboard:{lane}:{name}"
