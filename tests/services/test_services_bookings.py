"""Rooms and leaders for activities: clashes, who sees what of them, reasons, and bookings that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from services_town import NOW, OPERATOR, RULE, SOON
from sqlalchemy import event

from outreach.domain.activity import ActivityKind
from outreach.domain.actor import Actor, Role
from outreach.domain.errors import NotFound, StaleVersion
from outreach.domain.ids import StaffId
from outreach.domain.leaders import Qualification
from outreach.services import activities, bookings, leaders, rooms
from outreach.services.bookings import Where
from outreach.services.cards_rooms import LeaderForm, RoomForm
from outreach.services.problems import BadFields

HOUR = timedelta(hours=1)
ALL = frozenset(ActivityKind)


class Scene:
    """A town with one room and one leader of the whole network."""

    def __init__(self, town):
        self.town = town
        with town.database.unit_of_work() as uow:
            root = uow.regions.root().id
            self.room = rooms.add(uow, OPERATOR, RoomForm(root, "Room 1", "Main street 1, room 1", 20), NOW)
            self.leader = leaders.add(uow, OPERATOR, LeaderForm(root, "A. Leader", ALL), NOW)
            self.where = Where(self.room.id, (self.leader.id,))

    def choose(self, card, where=None, by=OPERATOR, reason=""):
        with self.town.database.unit_of_work() as uow:
            return bookings.choose(uow, by, card.id, where or self.where, NOW, reason)

    def refused(self, card, where=None, by=OPERATOR, reason=""):
        """Codes of all that stands against it."""
        with pytest.raises(BadFields) as refused:
            self.choose(card, where, by, reason)
        return [problem.code for problem in refused.value.found], str(refused.value)

    def booked(self, card):
        with self.town.database.reading() as uow:
            return [(one.what.value, one.starts_at, one.ends_at, one.reason) for one in uow.bookings.of(card.id)]

    def alter_room(self, **changes):
        with self.town.database.unit_of_work() as uow:
            card = uow.rooms.room(self.room.id)
            rooms.change(uow, OPERATOR, card.id, replace(card.form, **changes), card.version, NOW)

    def alter_leader(self, **changes):
        with self.town.database.unit_of_work() as uow:
            card = uow.rooms.leader(self.leader.id)
            leaders.change(uow, OPERATOR, card.id, replace(card.form, **changes), card.version, NOW)


@pytest.fixture
def scene(town):
    return Scene(town)


def test_two_activities_at_the_same_hour_do_not_get_the_same_room_and_leader(scene):
    first, second = scene.town.plan(title="Sleep"), scene.town.plan(title="Worry")
    scene.choose(first)

    codes, said = scene.refused(second)

    assert codes == ["taken", "taken"]
    assert "Room 1 is taken" in said
    assert "A. Leader is taken" in said
    assert "“Sleep”" in said
    assert scene.booked(second) == []


def test_activities_one_after_the_other_fit_unless_time_is_kept_free_between(scene):
    first, second = scene.town.plan(), scene.town.plan(starts_at=SOON + HOUR, ends_at=SOON + 2 * HOUR)
    scene.choose(first)
    scene.choose(second)

    scene.choose(second, Where())
    scene.alter_room(minutes_before=15)

    assert scene.refused(second)[0] == ["taken"]


def test_a_reason_lets_it_be_and_the_booking_counts_for_the_next(scene):
    cards = [scene.town.plan(title=title) for title in ("One", "Two", "Three")]
    scene.choose(cards[0])

    found = scene.choose(cards[1], reason="the hall has a partition")
    _, said = scene.refused(cards[2])

    assert [problem.code for problem in found.problems] == ["taken", "taken"]
    assert {row[3] for row in scene.booked(cards[1])} == {"the hall has a partition"}
    assert "“One”" in said
    assert "“Two”" in said


def test_whoever_may_not_see_the_other_activity_reads_its_times_and_nothing_else(scene):
    with scene.town.database.unit_of_work() as uow:
        root = uow.regions.root()
        east, west = uow.regions.add("east", "East", root), uow.regions.add("west", "West", root)
    theirs = scene.town.plan(title="A talk in the east", region_id=east.id)
    ours = scene.town.plan(region_id=west.id)
    scene.choose(theirs)

    codes, said = scene.refused(ours, by=Actor(Role.VILLAGE_ADMIN, "lin", StaffId(1), west.path))

    assert codes == ["taken", "taken"]
    assert "2026-11-26 09:00" in said
    assert "talk" not in said.lower()


def test_a_room_of_the_next_village_is_not_there_to_be_chosen_and_one_of_the_town_above_is(scene):
    with scene.town.database.unit_of_work() as uow:
        root = uow.regions.root()
        east, west = uow.regions.add("east", "East", root), uow.regions.add("west", "West", root)
        theirs = rooms.add(uow, OPERATOR, RoomForm(east.id, "East room", "East 1", 20), NOW)
        lin = Actor(Role.VILLAGE_ADMIN, "lin", StaffId(1), west.path)
        seen = [card.id for card in rooms.listed(uow, lin, 50)]
    ours = scene.town.plan(region_id=west.id)

    with pytest.raises(NotFound):
        scene.choose(ours, Where(theirs.id), by=lin)
    scene.choose(ours, by=lin)

    assert seen == [scene.room.id]


def test_one_leader_of_the_town_leads_in_many_villages_one_at_a_time(scene):
    with scene.town.database.unit_of_work() as uow:
        root = uow.regions.root()
        villages = [uow.regions.add(code, code, root) for code in ("east", "west", "north")]
    only = Where(None, (scene.leader.id,))
    scene.alter_leader(minutes_before=30, minutes_after=30)
    at = [scene.town.plan(region_id=v.id, starts_at=SOON + n * 2 * HOUR, ends_at=SOON + (n * 2 + 1) * HOUR)
          for n, v in enumerate(villages)]  # fmt: skip

    for card in at:
        scene.choose(card, only)

    assert scene.refused(scene.town.plan(region_id=villages[0].id, starts_at=SOON + 1.5 * HOUR,
                                         ends_at=SOON + 2 * HOUR), only)[0] == ["taken", "taken"]  # fmt: skip


def test_all_that_is_wrong_is_told_at_once(scene):
    scene.choose(scene.town.plan())
    scene.alter_room(hours="sun 09:00-12:00")
    scene.alter_leader(kinds=frozenset({ActivityKind.SALON}), hours="sun 09:00-12:00")

    codes, _ = scene.refused(scene.town.plan())

    assert codes == ["outside_hours", "taken", "outside_hours", "taken", "wrong_kind"]


def test_no_reason_lets_somebody_without_a_clinical_qualification_lead_group_counselling(scene):
    card = scene.town.plan(kind=ActivityKind.GROUP)
    until = Qualification("Therapist", "the board", True, date(2026, 11, 25), "lin")
    scene.alter_leader(qualifications=(until,))

    assert scene.refused(card, reason="she is the best")[0] == ["unqualified"]
    scene.alter_leader(qualifications=(replace(until, expires_on=date(2026, 11, 26)),))
    scene.choose(card)


def test_more_seats_than_the_room_holds_and_a_room_without_privacy_are_warnings(scene):
    scene.alter_leader(qualifications=(Qualification("Therapist", "the board", True, None, "lin"),))

    found = scene.choose(scene.town.plan(kind=ActivityKind.GROUP, seats=40))

    assert not found.problems
    assert [problem.code for problem in found.warnings] == ["too_small", "not_private"]


def test_what_is_moved_takes_its_room_along_and_what_is_called_off_frees_it(scene):
    card, other = scene.town.plan(), scene.town.plan(starts_at=SOON + 5 * HOUR, ends_at=SOON + 6 * HOUR)
    scene.choose(card)
    with scene.town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, card.id, SOON + 5 * HOUR, None, RULE, NOW)

    moved = scene.booked(card)
    codes, _ = scene.refused(other)
    with scene.town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, card.id, NOW)
    scene.choose(other)

    assert {(row[1], row[2]) for row in moved} == {(SOON + 5 * HOUR, SOON + 6 * HOUR)}
    assert codes == ["taken", "taken"]
    assert scene.booked(card) == []


def test_it_is_not_moved_to_where_its_room_is_taken_and_nothing_is_half_done(scene):
    card, other = scene.town.plan(), scene.town.plan(starts_at=SOON + 5 * HOUR, ends_at=SOON + 6 * HOUR)
    scene.choose(card)
    scene.choose(other)

    with pytest.raises(BadFields, match="give it up"), scene.town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, card.id, SOON + 5 * HOUR, None, RULE, NOW)

    with scene.town.database.reading() as uow:
        assert uow.activities.card(card.id).starts_at == SOON
    assert scene.booked(card)[0][1] == SOON


def test_the_next_two_hours_when_room_and_leader_are_free(scene):
    scene.alter_room(hours="mon-fri 09:00-17:00", minutes_after=30)
    scene.alter_leader(hours="thu 08:00-12:00; fri 13:00-16:00")
    scene.choose(scene.town.plan())  # Thursday 9:00 to 10:00

    with scene.town.database.reading() as uow:
        found = bookings.free(uow, OPERATOR, scene.where, 2 * HOUR, NOW, 3)

    local = [f"{slot.starts_at + 8 * HOUR:%a %H:%M}" for slot in found]
    assert local == ["Fri 13:00", "Thu 09:00", "Fri 13:00"]


def test_a_slot_that_is_offered_as_free_can_be_booked(scene):
    scene.alter_room(minutes_before=20, minutes_after=25)
    scene.choose(scene.town.plan())

    with scene.town.database.reading() as uow:
        found = bookings.free(uow, OPERATOR, scene.where, HOUR, SOON - HOUR, 4)

    for slot in found:
        card = scene.town.plan(starts_at=slot.starts_at, ends_at=slot.ends_at)
        with scene.town.database.reading() as uow:
            assert not bookings.outlook(uow, OPERATOR, card.id, scene.where).problems


def test_a_year_of_weeks_is_checked_by_one_statement_for_the_bookings(scene):
    weeks = [timedelta(weeks=week) for week in range(12)]
    cards = [scene.town.plan(starts_at=SOON + week, ends_at=SOON + week + HOUR) for week in weeks]
    scene.choose(scene.town.plan(starts_at=SOON + weeks[7], ends_at=SOON + weeks[7] + HOUR))
    asked = []
    with scene.town.database.reading() as uow:
        event.listen(uow.connection, "before_cursor_execute", lambda *args: asked.append(args[2]))

        found = bookings.check_series(uow, OPERATOR, cards, scene.where)

    assert [number for number, card in enumerate(cards) if found[card.id].problems] == [7]
    assert sum("FROM booking" in statement for statement in asked) == 1


def test_two_who_edit_the_same_room_do_not_undo_each_other(scene):
    with scene.town.database.unit_of_work() as uow:
        card = uow.rooms.room(scene.room.id)
        rooms.change(uow, OPERATOR, card.id, replace(card.form, capacity=12), card.version, NOW)

        with pytest.raises(StaleVersion):
            rooms.change(uow, OPERATOR, card.id, replace(card.form, name="Other"), card.version, NOW)


def test_a_room_and_a_leader_with_everything_wrong_are_told_all_of_it(scene):
    with scene.town.database.unit_of_work() as uow:
        root = uow.regions.root().id
        with pytest.raises(BadFields) as room:
            rooms.add(uow, OPERATOR, RoomForm(root, " ", "", 0, hours="always", minutes_before=-1), NOW)
        with pytest.raises(BadFields) as leader:
            leaders.add(uow, OPERATOR, LeaderForm(root, "x" * 99, frozenset(), (Qualification("", "", True),)), NOW)

    assert [one.where for one in room.value.found] == ["name", "hours", "before", "place", "capacity"]
    assert {one.where for one in leader.value.found} == {"name", "qualifications", "kinds"}
