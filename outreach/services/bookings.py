"""Where an activity takes place and who leads it: checked against all other bookings, and kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.activity import ActivityStatus
from outreach.domain.actor import Actor, Permission
from outreach.domain.bookings import What, common, free_slots
from outreach.domain.errors import IllegalMove
from outreach.domain.ids import ActivityId
from outreach.domain.opening_hours import OpeningHours, Window
from outreach.domain.times import Slot
from outreach.services import leaders, rooms
from outreach.services.access import require
from outreach.services.activity_checks import about_reason
from outreach.services.booking_checks import AllTaken, Choice, Key, Outlook, judged, key_of, taken_around
from outreach.services.cards import ActivityCard
from outreach.services.cards_rooms import Booking, LeaderCard, LeaderId, RoomCard, RoomId
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

LOOK_AHEAD = timedelta(days=60)
MOST_LEADERS = 6


@dataclass(frozen=True, slots=True)
class Where:
    """The room and the leaders that somebody chose; ``None`` and none: somewhere else, nobody yet."""

    room_id: RoomId | None = None
    leader_ids: tuple[LeaderId, ...] = ()

    @property
    def keys(self) -> list[Key]:
        """The same as the shelf of bookings names them."""
        return rooms.wanted(self.room_id, self.leader_ids)


def chosen(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> Where:
    """What an activity has booked. Raises `ActivityNotFound` or `Forbidden`."""
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    return _where(uow.bookings.of(activity_id))


def outlook(uow: UnitOfWork, by: Actor, activity_id: ActivityId, where: Where) -> Outlook:
    """What speaks against that room and these leaders. Raises `ActivityNotFound`, `NotFound` or `Forbidden`."""
    card = uow.activities.card(activity_id)
    require(by, Permission.PLAN_ACTIVITIES, card.region_path)
    return _outlook(uow, by, card, _usable(uow, by, where))


def choose(
    uow: UnitOfWork, by: Actor, activity_id: ActivityId, where: Where, now: datetime, reason: str = ""
) -> Outlook:
    """Book them for it instead of what it had; what spoke against it and was let be, and what to mind.

    Raises `ActivityNotFound`, `NotFound`, `Forbidden`, `IllegalMove` for what was called off, and `BadInput` with
    all problems unless there is a *reason* and a person may decide so. A booking with a reason counts like any other.
    """
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    activity = uow.activities.locked(activity_id)
    if activity.status is ActivityStatus.CALLED_OFF:
        raise IllegalMove("activity", activity.status, "given a room")
    uow.bookings.lock(where.keys)  # first the lock, then the look: two who choose the same hour meet here
    choice = _usable(uow, by, where)
    found = _outlook(uow, by, uow.activities.card(activity_id), choice)
    _require_decided(found, reason)
    kept = reason.strip() if found.problems else ""
    uow.bookings.replace(activity_id, _bookings(activity_id, activity.slot, choice, kept))
    codes = ",".join(sorted({problem.code for problem in found.problems}))
    uow.audit.write(by, "book", "activity", activity_id, now, f"{codes}: {kept}" if kept else "")
    return found


def check_series(
    uow: UnitOfWork, by: Actor, cards: Sequence[ActivityCard], where: Where
) -> Mapping[ActivityId, Outlook]:
    """What speaks against them for each of many activities: one statement for the bookings of all their dates."""
    for path in {card.region_path for card in cards}:
        require(by, Permission.PLAN_ACTIVITIES, path)
    choice = _usable(uow, by, where)
    slots = [Slot(card.starts_at, card.ends_at) for card in cards]
    taken = taken_around(uow, slots, choice, [card.id for card in cards])
    return {card.id: judged(uow, by, card, choice, taken) for card in cards}


def follow(uow: UnitOfWork, by: Actor, activity_id: ActivityId, slot: Slot | None) -> None:
    """An activity takes place at another time: its bookings go with it. ``None``: it is called off, they are freed.

    Raises `BadInput` with all that stands against the new time: whoever plans gives the room or leader up first, or
    takes another time. Called in the transaction that moves it, after the activity is locked.
    """
    card = uow.activities.card(activity_id)
    require(by, Permission.PLAN_ACTIVITIES, card.region_path)
    had = uow.bookings.of(activity_id)
    if not had:
        return
    if slot is None:
        uow.bookings.replace(activity_id, [])
        return
    where = _where(had)
    uow.bookings.lock(where.keys)
    choice = _kept(uow, where)
    moved = replace(card, starts_at=slot.starts_at, ends_at=slot.ends_at)
    found = _outlook(uow, by, moved, choice)
    if found.problems:
        remedy = "give it up on the page about room and leader first, or take another time"
        raise BadFields([replace(one, where="starts", said=f"{one.said}; {remedy}") for one in found.problems])
    uow.bookings.replace(activity_id, _bookings(activity_id, slot, choice, ""))


def free(uow: UnitOfWork, by: Actor, where: Where, length: timedelta, since: datetime, limit: int = 5) -> list[Slot]:
    """The next slots of *length* in which the room and all the leaders are free and open, from *since* on.

    A quarter of an hour apart or more; looked for `LOOK_AHEAD`. Raises `NotFound`, `BadInput` or `Forbidden`.
    """
    if not timedelta() < length <= timedelta(days=1) or not 1 <= limit <= 50:
        raise BadFields([Problem("minutes", "length", "give a length between a minute and a day")])
    choice, until = _usable(uow, by, where), since + LOOK_AHEAD
    taken = uow.bookings.taken(where.keys, since - timedelta(days=1), until + timedelta(days=1))
    windows = [Window(since, until)]
    for one in choice.all:
        hours = OpeningHours.parse(one.form.hours)
        windows = [*common(windows, hours.windows(since, until, ZoneInfo(one.zone)))]
    busy = [slot for one in choice.all for slot in _blocked(one, taken)]
    found: list[Slot] = []
    for slot in free_slots(windows, busy, length):
        if not found or slot.starts_at >= found[-1].ends_at:
            found.append(slot)
        if len(found) == limit:
            break
    return found


def _blocked(one: RoomCard | LeaderCard, taken: AllTaken) -> Iterator[Window]:
    """What is taken, widened so that a new booking's own time around it fits before and after."""
    buffers = one.form.buffers
    for each in taken[key_of(one)]:
        yield Window(each.starts_at - buffers.after, each.ends_at + buffers.before)


def _usable(uow: UnitOfWork, by: Actor, where: Where) -> Choice:
    if len(set(where.leader_ids)) != len(where.leader_ids) or len(where.leader_ids) > MOST_LEADERS:
        raise BadFields(
            [Problem("leaders", "leaders", f"name each once, at most {MOST_LEADERS}", {"most": MOST_LEADERS})]
        )
    room = None if where.room_id is None else rooms.get(uow, by, where.room_id)
    return Choice(room, tuple(leaders.get(uow, by, leader_id) for leader_id in where.leader_ids))


def _kept(uow: UnitOfWork, where: Where) -> Choice:
    room = None if where.room_id is None else uow.rooms.room(where.room_id)
    return Choice(room, tuple(uow.rooms.leader(leader_id) for leader_id in where.leader_ids))


def _outlook(uow: UnitOfWork, by: Actor, card: ActivityCard, choice: Choice) -> Outlook:
    taken = taken_around(uow, [Slot(card.starts_at, card.ends_at)], choice, [card.id])
    return judged(uow, by, card, choice, taken)


def _where(had: Iterable[Booking]) -> Where:
    by_kind: dict[What, list[int]] = {What.ROOM: [], What.LEADER: []}
    for one in had:
        by_kind[one.what].append(one.which)
    room = next((RoomId(which) for which in by_kind[What.ROOM]), None)
    return Where(room, tuple(LeaderId(which) for which in by_kind[What.LEADER]))


def _bookings(activity_id: ActivityId, slot: Slot, choice: Choice, reason: str) -> list[Booking]:
    spans = ((one, one.form.buffers.around(slot)) for one in choice.all)
    return [Booking(activity_id, *key_of(one), span.starts_at, span.ends_at, reason) for one, span in spans]


def _require_decided(found: Outlook, reason: str) -> None:
    if found.problems and (not reason.strip() or not found.may_override):
        raise BadFields(found.problems)
    wrong = list(about_reason(reason)) if found.problems else []
    if wrong:
        raise BadFields(wrong)
