"""What speaks against a room and leaders for an activity: hours, clashes, what they may lead; and what to mind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from outreach.domain.actor import Actor
from outreach.domain.bookings import Taken, What, overlapping
from outreach.domain.ids import ActivityId
from outreach.domain.leaders import Fitness, fitness
from outreach.domain.opening_hours import OpeningHours
from outreach.domain.rooms import missing_privacy
from outreach.domain.times import Slot
from outreach.services import rooms
from outreach.services.activity_lists import may_see
from outreach.services.cards import ActivityCard
from outreach.services.cards_rooms import LeaderCard, RoomCard
from outreach.services.ports import UnitOfWork
from outreach.services.problems import Problem

NEVER = frozenset({"unqualified"})
"""Codes of problems that no reason helps with."""
Key = tuple[What, int]
AllTaken = Mapping[Key, Sequence[Taken]]
_TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What speaks against a choice: *problems* refuse it, *warnings* do not."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def may_override(self) -> bool:
        """Whether a person may decide otherwise, with a reason."""
        return not any(problem.code in NEVER for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Choice:
    """A room and leaders, loaded."""

    room: RoomCard | None
    leaders: tuple[LeaderCard, ...]

    @property
    def all(self) -> list[RoomCard | LeaderCard]:
        """Both kinds, the room first."""
        rooms: list[RoomCard | LeaderCard] = [] if self.room is None else [self.room]
        return rooms + list(self.leaders)


def key_of(one: RoomCard | LeaderCard) -> Key:
    """As the shelf of bookings names it."""
    return (What.ROOM if isinstance(one, RoomCard) else What.LEADER, int(one.id))


def taken_around(uow: UnitOfWork, slots: Sequence[Slot], choice: Choice, but: Iterable[ActivityId]) -> AllTaken:
    """All other bookings of them from the first of *slots* to the last: one statement. *but*: not by these."""
    if not choice.all or not slots:
        return {}
    spare = timedelta(minutes=rooms.MOST_MINUTES)
    since, until = min(slot.starts_at for slot in slots) - spare, max(slot.ends_at for slot in slots) + spare
    return uow.bookings.taken(map(key_of, choice.all), since, until, but)


def judged(uow: UnitOfWork, by: Actor, card: ActivityCard, choice: Choice, taken: AllTaken) -> Outlook:
    """What speaks against *choice* for the activity, all at once, as far as *by* may know it."""
    problems: list[Problem] = []
    for one in choice.all:
        problems += _about_one(uow, by, card, one, taken[key_of(one)])
    for leader in choice.leaders:
        problems += _about_fitness(card, leader)
    return Outlook(tuple(problems), tuple(_warnings(card, choice.room)) if choice.room else ())


def _about_one(
    uow: UnitOfWork, by: Actor, card: ActivityCard, one: RoomCard | LeaderCard, taken: Sequence[Taken]
) -> Iterator[Problem]:
    field = key_of(one)[0].value
    name, slot = one.form.name, Slot(card.starts_at, card.ends_at)
    if not one.form.active:
        yield Problem(field, "not_in_use", f"{name} is not in use any more; choose another", {"name": name})
    if not OpeningHours.parse(one.form.hours).covers(slot, ZoneInfo(one.zone)):
        said = f"{name} is free only {one.form.hours}; take another time or another {field}"
        yield Problem(field, "outside_hours", said, {"name": name, "hours": one.form.hours})
    for each in overlapping(one.form.buffers.around(slot), taken):
        yield _clash(uow, by, card, one, each)


def _clash(uow: UnitOfWork, by: Actor, card: ActivityCard, one: RoomCard | LeaderCard, taken: Taken) -> Problem:
    """What is in the way: its title for who may see it, else its times and nothing more."""
    other = uow.activities.card(ActivityId(taken.activity_id))
    zone, field = ZoneInfo(card.zone), key_of(one)[0].value
    begins, ends = (f"{at.astimezone(zone):{_TIME}}" for at in (taken.starts_at, taken.ends_at))
    title = other.title if may_see(by, other) else ""
    told = f" by “{title}”" if title else ""
    said = f"{one.form.name} is taken from {begins} to {ends}{told}; take another time or another {field}"
    return Problem(field, "taken", said, {"name": one.form.name, "begins": begins, "ends": ends, "title": title})


def _about_fitness(card: ActivityCard, leader: LeaderCard) -> Iterator[Problem]:
    day, name = card.starts_at.astimezone(ZoneInfo(card.zone)).date(), leader.form.name
    values = {"name": name, "kind": card.kind.value, "day": day.isoformat()}
    match fitness(card.kind, day, leader.form.kinds, leader.form.qualifications):
        case Fitness.UNQUALIFIED:
            said = f"no clinical qualification of {name} that somebody has seen holds on {day}; choose another leader"
            yield Problem("leader", "unqualified", said, values)
        case Fitness.KIND:
            said = f"{name} is not entered for a {card.kind.value}; choose another leader, or enter it with them"
            yield Problem("leader", "wrong_kind", said, values)
        case Fitness.EXPIRED:
            said = f"no qualification of {name} holds on {day}; enter the renewed one, or choose another leader"
            yield Problem("leader", "expired", said, values)
        case Fitness.FIT:
            return


def _warnings(card: ActivityCard, room: RoomCard) -> Iterator[Problem]:
    name, fit = room.form.name, room.form.capacity
    if card.seats > fit:
        said = f"{card.seats} may come, {name} holds {fit}; lower the seats or take a larger room"
        yield Problem("room", "too_small", said, {"name": name, "seats": card.seats, "capacity": fit})
    missing = sorted(missing_privacy(card.kind, room.form.privacy))
    if missing:
        told = ", ".join(missing)
        said = f"people speak of themselves here, and {name} lacks: {told}"
        yield Problem("room", "not_private", said, {"name": name, "missing": told})
