"""A network with one of everything in four units, and somebody of each role who works in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from services_town import ABLE, NOTICE, OPERATOR, PUSH, RULE, SOON, Town, open_town

from outreach.content import build_library, parse_vocabulary, parse_wording_rules
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About
from outreach.domain.errors import ActivityNotFound, Forbidden, NotFound
from outreach.domain.ids import RegionId, ResidentId, StaffId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, broadcasts, contents, leaders, people, rooms, signups, staff, threads
from outreach.services.broadcast_words import Newsroom
from outreach.services.cards import Caller, NewActivity, Region
from outreach.services.cards_broadcasts import NewBroadcast
from outreach.services.cards_rooms import LeaderForm, RoomForm
from outreach.services.cards_staff import NewStaff
from outreach.services.dispatch import Outlet
from outreach.services.people import Arrival
from outreach.store import read_library
from outreach.store.unit_of_work import SqlUnitOfWork

TEXTS = {Language.EN: "The hall is being painted this week.", Language.ZH: "本周活动室粉刷墙面。"}
WHERE = {"own": ("town", "county"), "below": ("east", "town"), "above": ("county", ""), "sister": ("bridge", "county")}
ON_DUTY = {"village+": Role.VILLAGE_ADMIN, "liaison+": Role.LIAISON}


@dataclass
class Unit:
    """One of everything that belongs to *region*; ids."""

    region: Region
    activity: int = 0
    draft: int = 0
    requested: int = 0
    seated: int = 0
    resident: ResidentId = field(default_factory=lambda: ResidentId(0))
    thread: int = 0
    alert: int = 0
    broadcast: int = 0
    dead: int = 0
    room: int = 0
    leader: int = 0
    account: StaffId = field(default_factory=lambda: StaffId(0))


class Undone(Exception):
    """Ends a unit of work whose deeds are not to be."""


@dataclass
class Network:
    """*units* by how they lie to the one where the actors work."""

    town: Town
    room: Newsroom
    library: Any
    units: dict[str, Unit]
    actors: dict[str, Actor]

    @property
    def item(self) -> Any:
        """One that needs no clinician."""
        return next(one for one in self.library if one.sign_off == "none")

    def permits(self, deed: Callable[[Network, SqlUnitOfWork, Actor, Unit], object], who: str, where: str) -> bool:
        """Whether *who* may do *deed* in that unit: done for real, and undone. A list has to hold what is there."""
        try:
            with self.town.database.unit_of_work() as uow:
                found = deed(self, uow, self.actors[who], self.units[where])
                raise Undone
        except Undone:
            return found is not False
        except (ActivityNotFound, Forbidden, NotFound):
            return False


@contextmanager
def open_network(folder: Path) -> Iterator[Network]:
    """City, county, town with a village, and a town beside it."""
    with open_town(folder) as town:
        files = read_library()
        vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
        rules = parse_wording_rules(files.text("wording_lint.toml"))
        room = Newsroom(town.desk, vocabulary, rules, (Outlet(PUSH, ABLE, town.desk, None),))
        made = Network(town, room, build_library(files.items, vocabulary), {}, {"operator": OPERATOR})
        with town.database.unit_of_work() as uow:
            _found(uow, made)
            for unit in made.units.values():
                _furnish(uow, made, unit)
            uow.connection.exec_driver_sql("UPDATE delivery SET state = 'dead', reason = '500', tries = 8")
            for unit in made.units.values():
                query = f"SELECT min(id) FROM delivery WHERE resident_id = {unit.resident}"
                unit.dead = int(uow.connection.exec_driver_sql(query).scalar_one())
            contents.approve(uow, OPERATOR, made.item, town.now)
        yield made


def _found(uow: SqlUnitOfWork, made: Network) -> None:
    regions: dict[str, Region] = {"": uow.regions.root()}
    for relation in ("above", "own", "below", "sister"):
        code, above = WHERE[relation]
        regions[code] = uow.regions.add(code, code.title(), regions[above])
        made.units[relation] = Unit(regions[code])
    own = made.units["own"].region
    for name in [*(role.value for role in Role if role not in (Role.OPERATOR, Role.SYSTEM)), *ON_DUTY]:
        role = ON_DUTY.get(name) or Role(name)
        account = _employ(uow, made, name.replace("+", "-on-duty").replace("_", "-"), role, own, name in ON_DUTY)
        made.actors[name] = Actor(role, name, account, own.path, name in ON_DUTY)


def _employ(
    uow: SqlUnitOfWork, made: Network, login: str, role: Role, region: Region, on_duty: bool = False
) -> StaffId:
    new = NewStaff(login, login, role, RegionId(int(region.id)), on_duty, Language.EN)
    return staff.add(uow, OPERATOR, new, "hash", made.town.now).id


def _furnish(uow: SqlUnitOfWork, made: Network, unit: Unit) -> None:
    now, code, new = made.town.now, unit.region.code, planned(unit)
    card = activities.add(uow, OPERATOR, new, RULE, now)
    unit.activity = int(card.id)
    unit.draft = int(activities.add(uow, OPERATOR, replace(new, draft=True), RULE, now).id)
    for name in ("asks", "comes"):
        caller, came = Caller(PUSH, f"{name} in {code}"), Arrival(Language.EN, unit.region.id)
        person = people.agree(uow, caller, (Purpose.TAKE_PART, Purpose.TALK, Purpose.NEWS), NOTICE, came, now)
        unit.resident = ResidentId(int(person.resident_id or 0))
        fact = signups.sign_up(uow, unit.resident, card.id, now)
        unit.requested, unit.seated = unit.requested or int(fact.sign_up.id), int(fact.sign_up.id)
    signups.accept(uow, OPERATOR, fact.sign_up.id, now)
    unit.thread = int(threads.leave_note(uow, caller, person, "May I bring my mother?", now).id)
    unit.alert = int(uow.alerts.raise_(caller, "risk", "self", ("zh.1",), "lexicon", f"key-{code}", now))
    author = Actor(Role.NETWORK_ADMIN, "the city", StaffId(9_999))
    announcement = NewBroadcast(About.TEXT, unit.region.id, texts=TEXTS, audience=frozenset({"general"}))
    unit.broadcast = int(broadcasts.draft(uow, author, made.room, announcement, now).id)
    unit.room = int(rooms.add(uow, OPERATOR, RoomForm(unit.region.id, "Room", "Main street 1", 20), now).id)
    leader = LeaderForm(unit.region.id, "A leader", frozenset(ActivityKind))
    unit.leader = int(leaders.add(uow, OPERATOR, leader, now).id)
    unit.account = _employ(uow, made, f"liaison-{code}", Role.LIAISON, unit.region)


def planned(unit: Unit) -> NewActivity:
    """A lecture that one asks to come to; in no two units at the same time."""
    starts = SOON + timedelta(hours=int(unit.region.id))
    return NewActivity(
        kind=ActivityKind.LECTURE, title=f"In {unit.region.code}", summary="", place="Hall", starts_at=starts,
        ends_at=starts + timedelta(hours=1), seats=9, region_id=unit.region.id, audience=frozenset({"general"}),
        policy=SignUpPolicy.REQUEST, restricted=False, draft=False,
    )  # fmt: skip
