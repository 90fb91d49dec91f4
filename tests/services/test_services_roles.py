"""Who may do what where: every use case of staff, by every role, in every kind of unit.

The table is written by hand after the facts (domain.md 4.5): whoever stands higher sees more places but fewer people.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from roles_scene import TEXTS, Network, Unit, open_network, planned
from services_town import RULE, SOON

import outreach.services
from outreach.domain.activity import ActivityKind
from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About
from outreach.domain.messages import Language
from outreach.services import (
    accounts_health,
    activities,
    activity_lists,
    attendance,
    audits,
    booking_checks,
    bookings,
    broadcast_drafts,
    broadcasts,
    contents,
    dead_letters,
    dossiers,
    leaders,
    library_files,
    overview,
    region_export,
    region_import,
    regions,
    rooms,
    safeguarding,
    signups,
    staff,
    threads,
)
from outreach.services.booking_checks import Choice
from outreach.services.bookings import Where
from outreach.services.cards_broadcasts import NewBroadcast
from outreach.services.cards_planning import Wanted, plan_of
from outreach.services.cards_rooms import LeaderForm, RoomForm
from outreach.services.cards_staff import NewStaff
from outreach.services.dossiers import Person
from outreach.services.region_import import rows_of
from outreach.services.safeguarding import Outcome
from outreach.store.unit_of_work import SqlUnitOfWork

Deed = Callable[[Network, SqlUnitOfWork, Actor, Unit], object]
RELATIONS = ("own", "below", "above", "sister")

# o their own unit, b one below it, a the one above it, s one beside it. A + is somebody who is on duty as well.
RIGHTS = """
right          operator network_admin area_admin village_admin duty host liaison editor auditor village+ liaison+
plan           obas     o             ob         o             -    -    -       -      -       o        -
borrow         obas     oa            oba        oa            -    -    -       -      -       oa       -
plan_somewhere obas     obas          obas       obas          -    -    -       -      -       obas     -
look           obas     ob            ob         o             -    -    o       -      ob      o        o
count          obas     obas          obas       obas          -    -    obas    -      obas    obas     obas
see_people     obas     -             o          o             -    -    -       -      -       o        -
answer         obas     -             o          o             ob   -    -       -      -       ob       ob
see_alerts     obas     -             ob         -             ob   -    -       -      -       ob       ob
handle_alerts  obas     -             -          -             ob   -    -       -      -       ob       ob
announce       obas     ob            ob         o             -    -    -       -      -       o        -
call           obas     -             o          o             -    -    -       -      -       o        -
manage_staff   obas     ob            ob         -             -    -    -       -      -       -        -
see_regions    obas     ob            ob         ob            -    -    -       -      ob      ob       -
manage_regions obas     ob            ob         -             -    -    -       -      -       -        -
undelivered    obas     ob            ob         o             -    -    -       -      -       o        -
channels       obas     obas          obas       obas          -    -    -       -      -       obas     -
library        obas     -             -          -             -    -    -       obas   -       -        -
read_library   obas     obas          obas       obas          -    -    -       obas   -       obas     -
audit          obas     -             -          -             -    -    -       -      obas    -        -
whole_person   obas     -             -          -             -    -    -       -      -       -        -
oneself        -        obas          obas       obas          obas obas obas    obas   obas    obas     obas
anybody        obas     obas          obas       obas          obas obas obas    obas   obas    obas     obas
"""


def deeds_of_activities() -> dict[str, tuple[str, Deed]]:
    def edit(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        before = plan_of(uow.activities.card(unit.activity))
        return activities.edit(uow, by, unit.activity, before, replace(before, seats=12), RULE, net.town.now)

    def beginnings(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        starts = planned(unit).starts_at
        return bool(activity_lists.beginnings(uow, by, Wanted(starts, until=starts + timedelta(minutes=1))))

    def reorder(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        uow.connection.exec_driver_sql(f"UPDATE sign_up SET standing = 'waiting' WHERE id = {unit.requested}")
        uow.connection.exec_driver_sql(f"UPDATE activity SET waiting = 1 WHERE id = {unit.activity}")
        return signups.reorder(uow, by, unit.requested, 1, "a wheelchair", net.town.now)

    later, wanted = SOON + timedelta(days=2), Wanted(SOON - timedelta(days=1))
    return {
        "activities.add": ("plan", lambda n, u, by, at: activities.add(u, by, planned(at), RULE, n.town.now)),
        "activities.publish": ("plan", lambda n, u, by, at: activities.publish(u, by, at.draft, RULE, n.town.now)),
        "activities.edit": ("plan", edit),
        "activities.move": (
            "plan", lambda n, u, by, at: activities.move(u, by, at.activity, later, None, RULE, n.town.now),
        ),
        "activities.call_off": ("plan", lambda n, u, by, at: activities.call_off(u, by, at.activity, n.town.now)),
        "activities.ripple": ("plan", lambda n, u, by, at: activities.ripple(u, by, at.activity)),
        "activity_lists.scope_of": ("anybody", lambda n, u, by, at: activity_lists.scope_of(by)),
        "activity_lists.may_see": (
            "look", lambda n, u, by, at: activity_lists.may_see(by, u.activities.card(at.activity)),
        ),
        "activity_lists.seen": ("look", lambda n, u, by, at: activity_lists.seen(u, by, at.activity)),
        "activity_lists.listed": (
            "look", lambda n, u, by, at: at.activity in {one.id for one in activity_lists.listed(u, by, wanted, 50)},
        ),
        "activity_lists.beginnings": ("look", beginnings),
        "activity_lists.units_to_plan_for": (
            "plan", lambda n, u, by, at: at.region.id in {one.id for one in activity_lists.units_to_plan_for(u, by)},
        ),
        "activity_lists.hosts_to_choose": (
            "plan_somewhere", lambda n, u, by, at: activity_lists.hosts_to_choose(u, by),
        ),
        "signups.accept": ("see_people", lambda n, u, by, at: signups.accept(u, by, at.requested, n.town.now)),
        "signups.reorder": ("see_people", reorder),
        "signups.refuse": ("see_people", lambda n, u, by, at: signups.refuse(u, by, at.seated, n.town.now)),
        "signups.call_list": (
            "see_people",
            lambda n, u, by, at: signups.call_list(u, by, at.activity, n.town.now, 9) == [],
        ),
        "signups.roster": (
            "see_people", lambda n, u, by, at: len(signups.roster(u, by, at.activity, n.town.now)) == 2,
        ),
        "overview.of": (
            "anybody", lambda n, u, by, at: overview.of(u, by, n.library, n.town.now, later, n.town.now),
        ),
    }  # fmt: skip


def deeds_of_care() -> dict[str, tuple[str, Deed]]:
    person = lambda at: Person(at.resident)  # noqa: E731
    return {
        "threads.listed": ("answer", lambda n, u, by, at: at.thread in {one.id for one in threads.listed(u, by, 50)}),
        "threads.read": ("answer", lambda n, u, by, at: threads.read(u, by, at.thread, n.town.now)),
        "threads.answer": ("answer", lambda n, u, by, at: threads.answer(u, by, at.thread, "Please do.", n.town.now)),
        "threads.close": ("answer", lambda n, u, by, at: threads.close(u, by, at.thread, n.town.now)),
        "safeguarding.listed": (
            "see_alerts",
            lambda n, u, by, at: at.alert in {one.id for one in safeguarding.listed(u, by, 50, n.town.now)},
        ),
        "safeguarding.acknowledge": (
            "handle_alerts", lambda n, u, by, at: safeguarding.acknowledge(u, by, at.alert, n.town.now),
        ),
        "safeguarding.close": ("handle_alerts", close_alert),
        "dossiers.read": ("whole_person", lambda n, u, by, at: dossiers.read(u, by, person(at), "asked", n.town.now)),
        "dossiers.outlook": ("whole_person", lambda n, u, by, at: dossiers.outlook(u, by, person(at), n.town.now)),
        "dossiers.erase": ("whole_person", lambda n, u, by, at: dossiers.erase(u, by, person(at), "asked", n.town.now)),
        "audits.listed": ("audit", lambda n, u, by, at: audits.listed(u, by, 5)),
    }  # fmt: skip


def deeds_of_attendance() -> dict[str, tuple[str, Deed]]:
    over = SOON + timedelta(days=1)

    def figures(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        found = attendance.figures(uow, by, SOON - timedelta(days=1), over, 50)
        return unit.activity in {line.activity_id for line in found}

    def undo(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        attendance.note(uow, net.actors["operator"], unit.seated, over)
        return attendance.undo(uow, by, unit.seated, over)

    return {
        "attendance.opened": ("see_people", lambda n, u, by, at: attendance.opened(u, by, at.activity)),
        "attendance.lines": (
            "see_people", lambda n, u, by, at: len(attendance.lines(u, by, at.activity, n.town.now)) == 2,
        ),
        "attendance.note": ("see_people", lambda n, u, by, at: attendance.note(u, by, at.seated, over)),
        "attendance.note_numbers": (
            "see_people", lambda n, u, by, at: attendance.note_numbers(u, by, at.activity, [2], over),
        ),
        "attendance.undo": ("see_people", undo),
        "attendance.walk_in": ("see_people", lambda n, u, by, at: attendance.walk_in(u, by, at.activity, 1, over)),
        "attendance.close": ("see_people", lambda n, u, by, at: attendance.close(u, by, at.activity, over)),
        "attendance.enter": (
            "see_people", lambda n, u, by, at: attendance.enter(u, by, at.activity, attendance.Paper(), over),
        ),
        "attendance.numbers_of": ("look", lambda n, u, by, at: attendance.numbers_of(u, by, at.activity)),
        "attendance.answers_of": ("look", lambda n, u, by, at: attendance.answers_of(u, by, at.activity)),
        "attendance.figures": ("look", figures),
        "attendance.wishes": ("count", lambda n, u, by, at: attendance.wishes(u, by, SOON, over)),
    }  # fmt: skip


def deeds_of_rooms() -> dict[str, tuple[str, Deed]]:
    form = lambda at: RoomForm(at.region.id, "New", "Main street 2", 9)  # noqa: E731
    leads = lambda at: LeaderForm(at.region.id, "New", frozenset(ActivityKind))  # noqa: E731
    where = lambda at: Where(at.room, (at.leader,))  # noqa: E731

    def series(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return bookings.check_series(uow, by, [uow.activities.card(unit.activity)], where(unit))

    return {
        "rooms.add": ("plan", lambda n, u, by, at: rooms.add(u, by, form(at), n.town.now)),
        "rooms.change": ("plan", lambda n, u, by, at: rooms.change(u, by, at.room, form(at), 0, n.town.now)),
        "rooms.get": ("borrow", lambda n, u, by, at: rooms.get(u, by, at.room)),
        "rooms.listed": ("borrow", lambda n, u, by, at: at.room in {one.id for one in rooms.listed(u, by, 50)}),
        "rooms.may_use": ("borrow", lambda n, u, by, at: rooms.may_use(by, u.rooms.room(at.room))),
        "rooms.may_keep": ("plan", lambda n, u, by, at: rooms.may_keep(by, u.rooms.room(at.room))),
        "leaders.add": ("plan", lambda n, u, by, at: leaders.add(u, by, leads(at), n.town.now)),
        "leaders.change": ("plan", lambda n, u, by, at: leaders.change(u, by, at.leader, leads(at), 0, n.town.now)),
        "leaders.get": ("borrow", lambda n, u, by, at: leaders.get(u, by, at.leader)),
        "leaders.listed": ("borrow", lambda n, u, by, at: at.leader in {one.id for one in leaders.listed(u, by, 50)}),
        "bookings.chosen": ("plan", lambda n, u, by, at: bookings.chosen(u, by, at.activity)),
        "bookings.outlook": ("plan", lambda n, u, by, at: bookings.outlook(u, by, at.activity, where(at))),
        "bookings.choose": ("plan", lambda n, u, by, at: bookings.choose(u, by, at.activity, where(at), n.town.now)),
        "bookings.check_series": ("plan", series),
        "bookings.follow": ("plan", lambda n, u, by, at: bookings.follow(u, by, at.activity, None)),
        "bookings.free": (
            "borrow", lambda n, u, by, at: bookings.free(u, by, where(at), timedelta(hours=1), n.town.now),
        ),
        "booking_checks.judged": (
            "anybody",
            lambda n, u, by, at: booking_checks.judged(u, by, u.activities.card(at.activity), Choice(None, ()), {}),
        ),
    }  # fmt: skip


def close_alert(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
    uow.alerts.acknowledge(unit.alert, net.actors["operator"], net.town.now)
    return safeguarding.close(uow, by, unit.alert, next(iter(Outcome)), net.town.now)


def deeds_of_announcing() -> dict[str, tuple[str, Deed]]:
    def new(at: Unit) -> NewBroadcast:
        return NewBroadcast(About.TEXT, at.region.id, texts=TEXTS, audience=frozenset({"general"}))

    def approve(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return broadcasts.approve(uow, by, net.room, unit.broadcast, net.town.now)

    def status(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return broadcasts.status(uow, by, unit.broadcast)

    def call_list(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        made_one = f"UPDATE delivery SET broadcast_id = {unit.broadcast} WHERE id = {unit.dead}"
        uow.connection.exec_driver_sql(made_one)
        found = broadcasts.call_list(uow, by, unit.broadcast, net.town.now, 50)
        return unit.resident in {one.resident_id for one in found}

    def again(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        card = uow.broadcasts.get(unit.broadcast)
        return broadcast_drafts.written_again(uow, by, net.room, card, uow.broadcasts.texts(card.id), net.town.now)

    return {
        "broadcast_drafts.written": (
            "announce", lambda n, u, by, at: broadcast_drafts.written(u, by, n.room, new(at), n.town.now),
        ),
        "broadcast_drafts.written_again": ("announce", again),
        "broadcasts.draft": ("announce", lambda n, u, by, at: broadcasts.draft(u, by, n.room, new(at), n.town.now)),
        "broadcasts.preview": (
            "announce", lambda n, u, by, at: broadcasts.preview(u, by, n.room, at.broadcast, n.town.now),
        ),
        "broadcasts.dry_run": (
            "announce", lambda n, u, by, at: broadcasts.dry_run(u, by, n.room, at.broadcast, n.town.now),
        ),
        "broadcasts.approve": ("announce", approve),
        "broadcasts.schedule": (
            "announce", lambda n, u, by, at: broadcasts.schedule(u, by, at.broadcast, SOON, n.town.now),
        ),
        "broadcasts.stop": ("announce", lambda n, u, by, at: broadcasts.stop(u, by, at.broadcast, n.town.now)),
        "broadcasts.status": ("announce", status),
        "broadcasts.call_list": ("call", call_list),
        "broadcasts.listed": (
            "announce", lambda n, u, by, at: at.broadcast in {one.id for one in broadcasts.listed(u, by, 50)},
        ),
        "dead_letters.listed": (
            "undelivered", lambda n, u, by, at: at.dead in {one.id for one in dead_letters.listed(u, by, 50)},
        ),
        "dead_letters.retry": ("undelivered", lambda n, u, by, at: dead_letters.retry(u, by, at.dead, n.town.now)),
        "dead_letters.retry_all": ("undelivered", retry_all),
        "accounts_health.overview": (
            "channels", lambda n, u, by, at: accounts_health.overview(u, by, ["telegram"], n.town.now),
        ),
    }  # fmt: skip


def retry_all(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
    dead_letters.retry_all(uow, by, net.town.now)
    state = uow.connection.exec_driver_sql(f"SELECT state FROM delivery WHERE id = {unit.dead}").scalar_one()
    return state == "queued"


def deeds_of_the_library() -> dict[str, tuple[str, Deed]]:
    def approve(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return contents.approve(uow, by, net.item, net.town.now)

    def withdraw(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return contents.withdraw(uow, by, net.item.slug, None, "outdated", net.town.now)

    return {
        "contents.approve": ("library", approve),
        "contents.withdraw": ("library", withdraw),
        "contents.listed": ("read_library", lambda n, u, by, at: contents.listed(u, by, n.library, limit=5)),
        "contents.require_reader": ("read_library", lambda n, u, by, at: contents.require_reader(by)),
        "library_files.sync": ("library", lambda n, u, by, at: library_files.sync(u, by, n.library, n.town.now)),
        "library_files.compare": ("read_library", lambda n, u, by, at: library_files.compare(u, by, n.library)),
        "library_files.export": ("read_library", lambda n, u, by, at: library_files.export(u, by, n.library)),
    }


def deeds_of_the_office() -> dict[str, tuple[str, Deed]]:
    def rows(at: Unit) -> Any:
        return rows_of(f"code,name,parent\nnew,New,{at.region.code}\n")

    def lines(found: Any, at: Unit) -> bool:
        return at.region.id in {one.region.id for one in found}

    def new(at: Unit) -> NewStaff:
        return NewStaff("somebody", "Somebody", Role.LIAISON, at.region.id, False, Language.EN)

    def import_(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        return not region_import.plan(uow, by, rows(unit), ()).problems

    def apply(net: Network, uow: SqlUnitOfWork, by: Actor, unit: Unit) -> object:
        if region_import.plan(uow, net.actors["operator"], rows(unit), ()).problems:
            raise AssertionError("the rows have to be in order")
        if region_import.plan(uow, by, rows(unit), ()).problems:
            return False
        return region_import.apply(uow, by, rows(unit), (), net.town.now).new

    return {
        "regions.unit_of": ("see_regions", lambda n, u, by, at: at.region.path.startswith(regions.unit_of(u, by).path)),
        "regions.get": ("see_regions", lambda n, u, by, at: regions.get(u, by, at.region.id)),
        "regions.get_with_below": ("see_regions", lambda n, u, by, at: regions.get_with_below(u, by, at.region.id, 5)),
        "regions.tree": ("see_regions", lambda n, u, by, at: lines(regions.tree(u, by, 50), at)),
        "regions.found": ("see_regions", lambda n, u, by, at: lines(regions.found(u, by, at.region.name, 50), at)),
        "regions.add": ("manage_regions", lambda n, u, by, at: regions.add(u, by, at.region.id, "x", "X", n.town.now)),
        "regions.change": (
            "manage_regions",
            lambda n, u, by, at: regions.change(u, by, at.region.id, {"weekly_cap": "2"}, n.town.now),
        ),
        "regions.rename": (
            "manage_regions", lambda n, u, by, at: regions.rename(u, by, at.region.id, "Renamed", n.town.now),
        ),
        "region_import.plan": ("manage_regions", import_),
        "region_import.apply": ("manage_regions", apply),
        "region_export.exported": (
            "see_regions", lambda n, u, by, at: f"\n{at.region.code}," in region_export.exported(u, by),
        ),
        "staff.add": ("manage_staff", lambda n, u, by, at: staff.add(u, by, new(at), "hash", n.town.now)),
        "staff.listed": (
            "manage_staff", lambda n, u, by, at: at.account in {one.id for one in staff.listed(u, by, 50)},
        ),
        "staff.get": ("manage_staff", lambda n, u, by, at: staff.get(u, by, at.account)),
        "staff.change": ("manage_staff", lambda n, u, by, at: staff.change(u, by, at.account, n.town.now, name="New")),
        "staff.set_password": (
            "manage_staff", lambda n, u, by, at: staff.set_password(u, by, at.account, "other", n.town.now),
        ),
        "staff.disable": ("manage_staff", lambda n, u, by, at: staff.disable(u, by, at.account, n.town.now)),
        "staff.enable": ("manage_staff", lambda n, u, by, at: staff.enable(u, by, at.account, n.town.now)),
        "staff.set_own_password": ("oneself", lambda n, u, by, at: staff.set_own_password(u, by, "new", n.town.now)),
        "staff.offer_door": ("oneself", lambda n, u, by, at: staff.offer_door(u, by, n.town.now)),
        "staff.drop_door": ("oneself", lambda n, u, by, at: staff.drop_door(u, by, n.town.now)),
        "staff.roles_to_give": ("anybody", lambda n, u, by, at: staff.roles_to_give(by)),
    }  # fmt: skip


DEEDS: dict[str, tuple[str, Deed]] = {
    **deeds_of_activities(), **deeds_of_attendance(), **deeds_of_rooms(), **deeds_of_care(), **deeds_of_announcing(),
    **deeds_of_the_library(), **deeds_of_the_office(),
}  # fmt: skip


def expected() -> dict[str, dict[str, str]]:
    """By right, then by role: the letters of the table."""
    head, *rows = (line.split() for line in RIGHTS.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def use_cases_of_staff() -> Iterator[str]:
    """Every public function of the services that is told who does it, but the guards themselves."""
    for found in pkgutil.iter_modules(outreach.services.__path__):
        module = importlib.import_module(f"outreach.services.{found.name}")
        if found.name == "access":
            continue
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_ours = function.__module__ == module.__name__ and not name.startswith("_")
            if is_ours and inspect.signature(function).parameters.get("by", None) is not None:
                yield f"{found.name}.{name}"


def fields_of(card: Any) -> set[str]:
    return {one.name for one in fields(card)}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("network")) as made:
        yield made


def test_every_use_case_of_staff_is_in_the_table_and_nothing_else_is():
    assert sorted(DEEDS) == sorted(use_cases_of_staff())
    assert {right for right, _ in DEEDS.values()} == set(expected())


def test_every_role_is_in_the_table():
    (columns,) = {tuple(row) for row in expected().values()}

    assert set(columns) == {role.value for role in Role if role is not Role.SYSTEM} | {"village+", "liaison+"}


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_it_is_done_by_whom_the_table_names_and_by_nobody_else(network: Network, name: str):
    right, deed = DEEDS[name]

    found = {
        who: "".join(where[0] for where in RELATIONS if network.permits(deed, who, where)) or "-"
        for who in expected()[right]
    }

    assert found == expected()[right]


@pytest.mark.parametrize("own", ["host_id", "planned_by"])
@pytest.mark.parametrize("name", ["signups.roster", "signups.accept", "signups.refuse"])
def test_who_leads_or_planned_an_activity_sees_to_those_who_come_to_it_and_to_no_others(network: Network, own, name):
    _, deed = DEEDS[name]
    host, unit = network.actors["host"], network.units["own"]

    def with_one_of_their_own(net: Network, uow: SqlUnitOfWork, by: Actor, at: Unit) -> object:
        uow.connection.exec_driver_sql(f"UPDATE activity SET {own} = {host.staff_id} WHERE id = {unit.activity}")
        return deed(net, uow, by, at)

    assert network.permits(with_one_of_their_own, "host", "own")
    assert not network.permits(with_one_of_their_own, "host", "below")
    assert not network.permits(with_one_of_their_own, "liaison", "own")


def test_what_is_listed_of_many_people_leads_to_none_of_them(network: Network):
    """Whoever sees no person sees alerts and what was given up: no word, no name, no number of a resident."""
    with network.town.database.reading() as uow:
        alert = uow.alerts.listed(9, open_only=False, region_path="", below=True)[0]
        dead = dead_letters.listed(uow, network.actors["network_admin"], 9)[0]

    said = repr((alert, dead))

    assert not {"resident_id", "address_id", "nickname", "text"} & {
        name for one in (alert, dead) for name in fields_of(one)
    }
    assert "comes in" not in said


def test_the_program_itself_does_none_of_it(network: Network):
    network.actors["system"] = Actor.system()

    done = {
        name for name, (right, deed) in DEEDS.items() if right != "anybody" and network.permits(deed, "system", "own")
    }

    assert done == set()
