"""Small facts about the database itself."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_staff import MarkRow
from outreach.store.transaction import Shelf

_MARK = table_of(MarkRow)
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
