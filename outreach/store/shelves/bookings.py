"""When rooms and leaders are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from outreach.domain.bookings import Taken, What
from outreach.domain.ids import ActivityId
from outreach.services.cards_rooms import Booking
from outreach.store.rows import table_of
from outreach.store.rows_rooms import BookingRow
from outreach.store.shelves.rooms import LEADER, ROOM
from outreach.store.transaction import Shelf

_BOOKING = table_of(BookingRow)
_B = _BOOKING.c
_TABLES = {What.ROOM: ROOM, What.LEADER: LEADER}
_LOCKS = {
    what: select(table.c.id)
    .where(table.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(table.c.id)
    .with_for_update()
    for what, table in _TABLES.items()
}
_OF = (
    select(_B.activity_id, _B.what, _B.which, _B.starts_at, _B.ends_at, _B.reason)
    .where(_B.activity_id == bindparam("of"))
    .order_by(_B.what.desc(), _B.which)
)
_CLEAR = delete(_BOOKING).where(_B.activity_id == bindparam("of"))


class BookingShelf(Shelf):
    """Matches `services.ports.rooms.Bookings`."""

    __slots__ = ()

    def lock(self, wanted: Iterable[tuple[What, int]]) -> None:
        """Nobody else books these until the end of the transaction; rooms before leaders, by id, for everybody."""
        asked = set(wanted)
        for what in _TABLES:  # SQLite has its one writer; there this only reads
            ids = sorted(which for kind, which in asked if kind is what)
            if ids:
                self._at.connection.execute(_LOCKS[what], {"ids": ids}).all()

    def taken(
        self, wanted: Iterable[tuple[What, int]], since: datetime, until: datetime, but: Iterable[ActivityId] = ()
    ) -> Mapping[tuple[What, int], Sequence[Taken]]:
        """All that is booked of these between two moments, by their end; one statement. *but*: not by these."""
        found: dict[tuple[What, int], list[Taken]] = {one: [] for one in wanted}
        if not found:
            return found
        ranges = (
            and_(_B.what == what.value, _B.which == which, _B.ends_at > since, _B.starts_at < until)
            for what, which in found
        )
        query = select(_B.what, _B.which, _B.starts_at, _B.ends_at, _B.activity_id).where(or_(*ranges))
        apart = frozenset(but)
        for what, which, starts_at, ends_at, activity_id in self._at.connection.execute(query):
            if activity_id not in apart:
                found[What(what), which].append(Taken(starts_at, ends_at, activity_id))
        for taken in found.values():
            taken.sort(key=lambda one: one.ends_at)
        return found

    def of(self, activity_id: ActivityId) -> list[Booking]:
        """What an activity has booked, rooms first."""
        rows = self._at.connection.execute(_OF, {"of": activity_id})
        return [Booking(ActivityId(row[0]), What(row[1]), *row[2:]) for row in rows]

    def replace(self, activity_id: ActivityId, bookings: Sequence[Booking]) -> None:
        """It has these booked and nothing else."""
        self._at.connection.execute(_CLEAR, {"of": activity_id})
        rows = [
            {
                "activity_id": activity_id,
                "what": one.what.value,
                "which": one.which,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "reason": one.reason,
            }
            for one in bookings
        ]
        if rows:
            self._at.connection.execute(insert(_BOOKING), rows)
