"""The rooms of the network: who keeps them, who may use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.bookings import What
from outreach.domain.errors import NotFound, StaleVersion
from outreach.domain.opening_hours import OpeningHours
from outreach.services.access import require, require_somewhere
from outreach.services.activity_checks import MOST_SEATS, about_place
from outreach.services.cards_rooms import LeaderCard, LeaderForm, RoomCard, RoomForm, RoomId
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

LONGEST_NAME = 60  # characters: a line on a phone
MOST_MINUTES = 240  # to set up, to clear, to travel


def add(uow: UnitOfWork, by: Actor, form: RoomForm, now: datetime) -> RoomCard:
    """A new room. Raises `BadInput` with all problems, or `Forbidden`."""
    require(by, Permission.PLAN_ACTIVITIES, uow.regions.get(form.region_id).path)
    _require_none(form)
    room_id = uow.rooms.add_room(form)
    uow.audit.write(by, "add", "room", room_id, now)
    return uow.rooms.room(room_id)


def change(uow: UnitOfWork, by: Actor, room_id: RoomId, form: RoomForm, version: int, now: datetime) -> RoomCard:
    """The room as *form* says, which was opened at *version*; what is booked stays booked.

    Raises `NotFound`, `BadInput`, `StaleVersion` if somebody changed it meanwhile, or `Forbidden`.
    """
    require(by, Permission.PLAN_ACTIVITIES, uow.rooms.room(room_id).region_path)
    require(by, Permission.PLAN_ACTIVITIES, uow.regions.get(form.region_id).path)
    _require_none(form)
    if not uow.rooms.change_room(room_id, form, version):
        raise StaleVersion(f"room {room_id} was changed meanwhile: open it again")
    uow.audit.write(by, "change", "room", room_id, now)
    return uow.rooms.room(room_id)


def get(uow: UnitOfWork, by: Actor, room_id: RoomId) -> RoomCard:
    """A room that *by* may use. Raises `NotFound`, also for one that lies elsewhere, or `Forbidden`."""
    card = uow.rooms.room(room_id)
    if not may_use(by, card):
        raise NotFound("room", room_id)
    return card


def listed(uow: UnitOfWork, by: Actor, limit: int, after: RoomId | None = None) -> list[RoomCard]:
    """Rooms that *by* may use: of their unit, of those it lies in, of those below if they plan there. By id.

    Raises `Forbidden` for somebody who plans nothing.
    """
    path, below = require_somewhere(by, Permission.PLAN_ACTIVITIES)
    return uow.rooms.rooms(path, limit, after, below=below)


def may_use(by: Actor, card: RoomCard | LeaderCard) -> bool:
    """Whether *by* may plan with that room or leader: what is kept above is for all units below."""
    path, below = require_somewhere(by, Permission.PLAN_ACTIVITIES)
    return path.startswith(card.region_path) or (below and card.region_path.startswith(path))


def may_keep(by: Actor, card: RoomCard | LeaderCard) -> bool:
    """Whether *by* may change it."""
    return by.may(Permission.PLAN_ACTIVITIES, card.region_path)


def about_shared(form: RoomForm | LeaderForm) -> Iterator[Problem]:
    """What rooms and leaders have in common: a name, hours, time kept free around."""
    if not form.name.strip() or not form.name.isprintable():
        yield Problem("name", "empty", "it is empty or no plain line; give it a name")
    elif len(form.name) > LONGEST_NAME:
        values = {"count": len(form.name), "most": LONGEST_NAME}
        yield Problem("name", "too_long", f"more than {LONGEST_NAME} characters", values)
    try:
        OpeningHours.parse(form.hours)
    except ValueError as reason:
        yield Problem("hours", "hours", str(reason))
    for name, minutes in (("before", form.minutes_before), ("after", form.minutes_after)):
        if not 0 <= minutes <= MOST_MINUTES:
            yield Problem(name, "minutes", f"{minutes} is not between 0 and {MOST_MINUTES}", {"most": MOST_MINUTES})


def wanted(room_id: int | None, leader_ids: tuple[int, ...] = ()) -> list[tuple[What, int]]:
    """The same as the shelf of bookings names them."""
    rooms = [] if room_id is None else [(What.ROOM, room_id)]
    return rooms + [(What.LEADER, leader_id) for leader_id in leader_ids]


def _require_none(form: RoomForm) -> None:
    found = [*about_shared(form), *about_place(form.place)]
    if not 1 <= form.capacity <= MOST_SEATS:
        said = f"{form.capacity} is not between 1 and {MOST_SEATS}"
        found.append(Problem("capacity", "seats", said, {"seats": form.capacity, "most": MOST_SEATS}))
    if found:
        raise BadFields(found)
