"""Rooms and leaders with what they have shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, insert, or_, select, update

from outreach.domain.activity import ActivityKind
from outreach.domain.errors import NotFound
from outreach.domain.ids import RegionId
from outreach.domain.leaders import Qualification
from outreach.domain.rooms import Access, Privacy
from outreach.services.cards_rooms import LeaderCard, LeaderForm, LeaderId, RoomCard, RoomForm, RoomId
from outreach.store.rows import table_of
from outreach.store.rows_people import RegionRow
from outreach.store.rows_rooms import LeaderQualificationRow, LeaderRow, RoomRow
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

ROOM, LEADER = table_of(RoomRow), table_of(LeaderRow)
_REGION, _SHOWN = table_of(RegionRow), table_of(LeaderQualificationRow)
_R = _REGION.c
_ALL_SHOWN = (
    select(_SHOWN)
    .where(_SHOWN.c.leader_id.in_(bindparam("of", expanding=True)))
    .order_by(_SHOWN.c.leader_id, _SHOWN.c.id)
)


class RoomShelf(Shelf):
    """Matches `services.ports.rooms.Rooms`."""

    __slots__ = ()

    def add_room(self, form: RoomForm) -> RoomId:
        """A new room."""
        return RoomId(self._at.insert(insert(ROOM), _room_values(form) | {"version": 0}))

    def change_room(self, room_id: RoomId, form: RoomForm, version: int) -> bool:
        """False: it is not of *version* any more."""
        return self._change(ROOM, room_id, _room_values(form), version)

    def room(self, room_id: RoomId) -> RoomCard:
        """One of them. Raises `NotFound`."""
        return _room(self._one(ROOM, "room", room_id))

    def rooms(self, path: str, limit: int, after: RoomId | None = None, *, below: bool) -> list[RoomCard]:
        """Of the unit with that lineage and those it lies in, and those *below*; by id, after *after*."""
        return [_room(row) for row in self._listed(ROOM, path, limit, after, below=below)]

    def add_leader(self, form: LeaderForm) -> LeaderId:
        """A new leader."""
        leader_id = LeaderId(self._at.insert(insert(LEADER), _leader_values(form) | {"version": 0}))
        self._show(leader_id, form.qualifications)
        return leader_id

    def change_leader(self, leader_id: LeaderId, form: LeaderForm, version: int) -> bool:
        """False: it is not of *version* any more."""
        if not self._change(LEADER, leader_id, _leader_values(form), version):
            return False
        self._at.connection.execute(delete(_SHOWN).where(_SHOWN.c.leader_id == leader_id))
        self._show(leader_id, form.qualifications)
        return True

    def leader(self, leader_id: LeaderId) -> LeaderCard:
        """One of them. Raises `NotFound`."""
        return self._leaders([self._one(LEADER, "leader", leader_id)])[0]

    def leaders(self, path: str, limit: int, after: LeaderId | None = None, *, below: bool) -> list[LeaderCard]:
        """As `rooms`."""
        return self._leaders(self._listed(LEADER, path, limit, after, below=below))

    def _one(self, table: Table, what: str, key: int) -> Row[Any]:
        query = _cards(table).where(table.c.id == key)
        row = self._at.connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(what, key)
        return row

    def _listed(self, table: Table, path: str, limit: int, after: int | None, *, below: bool) -> Sequence[Row[Any]]:
        query = _cards(table).where(_reach(path, below=below), table.c.id > (after or 0))
        return self._at.connection.execute(query.order_by(table.c.id).limit(limit)).all()

    def _change(self, table: Table, key: int, values: Mapping[str, Any], version: int) -> bool:
        wanted = update(table).where(table.c.id == key, table.c.version == version)
        return self._at.connection.execute(wanted.values(**values, version=version + 1)).rowcount == 1

    def _show(self, leader_id: LeaderId, shown: Sequence[Qualification]) -> None:
        rows = [
            {
                "leader_id": leader_id,
                "title": one.title,
                "issuer": one.issuer,
                "clinical": one.clinical,
                "expires_on": None if one.expires_on is None else one.expires_on.isoformat(),
                "verified_by": one.verified_by,
            }
            for one in shown
        ]
        if rows:
            self._at.connection.execute(insert(_SHOWN), rows)

    def _leaders(self, rows: Sequence[Row[Any]]) -> list[LeaderCard]:
        shown: dict[int, list[Qualification]] = defaultdict(list)
        if rows:
            for one in self._at.connection.execute(_ALL_SHOWN, {"of": [row.id for row in rows]}):
                until = None if one.expires_on is None else date.fromisoformat(one.expires_on)
                made = Qualification(one.title, one.issuer, one.clinical, until, one.verified_by)
                shown[one.leader_id].append(made)
        return [_leader(row, tuple(shown[row.id])) for row in rows]


def _cards(table: Table) -> Any:
    names = (_R.path.label("region_path"), _R.name.label("region_name"), _R.zone)
    return select(table, *names).select_from(table.join(_REGION, _R.id == table.c.region_id))


def _reach(path: str, *, below: bool) -> ColumnElement[bool]:
    """Regions that *path* names on its way, and what lies below its end. The root has all paths below it."""
    above = _R.id.in_([int(part) for part in path.split("/") if part])
    return or_(above, _R.path.startswith(path, autoescape=True)) if below else above


def _room_values(form: RoomForm) -> dict[str, Any]:
    return {
        "region_id": form.region_id,
        "name": form.name,
        "place": form.place,
        "capacity": form.capacity,
        "borrowed": form.borrowed,
        "hours": form.hours,
        "access": joined(form.access),
        "privacy": joined(form.privacy),
        "minutes_before": form.minutes_before,
        "minutes_after": form.minutes_after,
        "active": form.active,
    }


def _leader_values(form: LeaderForm) -> dict[str, Any]:
    return {
        "region_id": form.region_id,
        "name": form.name,
        "kinds": joined(form.kinds),
        "hours": form.hours,
        "minutes_before": form.minutes_before,
        "minutes_after": form.minutes_after,
        "active": form.active,
    }


def _room(row: Row[Any]) -> RoomCard:
    form = RoomForm(
        RegionId(row.region_id), row.name, row.place, row.capacity, row.borrowed, row.hours,
        frozenset(map(Access, split(row.access))), frozenset(map(Privacy, split(row.privacy))),
        row.minutes_before, row.minutes_after, row.active,
    )  # fmt: skip
    return RoomCard(RoomId(row.id), form, row.region_path, row.region_name, row.zone, row.version)


def _leader(row: Row[Any], shown: tuple[Qualification, ...]) -> LeaderCard:
    kinds = frozenset(map(ActivityKind, split(row.kinds)))
    form = LeaderForm(
        RegionId(row.region_id), row.name, kinds, shown, row.hours, row.minutes_before, row.minutes_after, row.active
    )
    return LeaderCard(LeaderId(row.id), form, row.region_path, row.region_name, row.zone, row.version)
