"""Rooms and leaders in the store: kept as entered, and never booked twice by two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

from store_town import NOW, TOMORROW, lecture

from outreach.domain.activity import ActivityKind
from outreach.domain.actor import Actor
from outreach.domain.bookings import What
from outreach.domain.leaders import Qualification
from outreach.domain.rooms import Access, Privacy
from outreach.services import bookings
from outreach.services.bookings import Where
from outreach.services.cards_rooms import Booking, LeaderForm, RoomForm
from outreach.services.problems import BadFields
from outreach.store import Database

HOUR = timedelta(hours=1)


def test_a_room_and_a_leader_come_back_as_they_were_entered(database: Database):
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        room = RoomForm(
            root.id, "活动室", "幸福路1号", 20, True, "mon 09:00-12:00",
            frozenset({Access.LIFT}), frozenset({Privacy.DOOR_CLOSES, Privacy.NO_CAMERA}), 10, 15,
        )  # fmt: skip
        shown = (Qualification("A", "B", True, date(2027, 1, 1), "lin"), Qualification("C", "D", False))
        leader = LeaderForm(root.id, "某老师", frozenset({ActivityKind.GROUP}), shown, "", 30, 30)

        rooms = [uow.rooms.add_room(room), uow.rooms.add_room(room)]
        people = [uow.rooms.add_leader(leader), uow.rooms.add_leader(leader)]

        assert uow.rooms.room(rooms[0]).form == room
        assert uow.rooms.leader(people[1]).form == leader
        assert [card.id for card in uow.rooms.rooms(root.path, 9, rooms[0], below=True)] == rooms[1:]
        assert [card.form for card in uow.rooms.leaders(root.path, 9, below=False)] == [leader, leader]


def test_only_what_overlaps_is_taken_and_what_touches_is_not(database: Database):
    with database.unit_of_work() as uow:
        ids = [lecture(uow).id for _ in range(3)]
        for number, activity in enumerate(ids):
            start = TOMORROW + number * HOUR
            uow.bookings.replace(activity, [Booking(activity, What.ROOM, 7, start, start + HOUR)])

        found = uow.bookings.taken([(What.ROOM, 7), (What.LEADER, 7)], TOMORROW + HOUR, TOMORROW + 2 * HOUR)
        apart = uow.bookings.taken([(What.ROOM, 7)], TOMORROW, TOMORROW + 3 * HOUR, ids[:2])

    assert [one.activity_id for one in found[What.ROOM, 7]] == ids[1:2]
    assert found[What.LEADER, 7] == []
    assert [one.activity_id for one in apart[What.ROOM, 7]] == ids[2:]


def test_of_many_who_book_the_same_hour_at_once_one_gets_it(database: Database):
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        room = uow.rooms.add_room(RoomForm(root.id, "Room", "Place", 20))
        leader = uow.rooms.add_leader(LeaderForm(root.id, "Leader", frozenset(ActivityKind)))
        ids = [lecture(uow).id for _ in range(6)]
    start = Barrier(len(ids))

    def book(activity):
        start.wait(30)
        try:
            with database.unit_of_work() as uow:
                bookings.choose(uow, Actor.operator(), activity, Where(room, (leader,)), NOW)
        except BadFields:
            return False
        return True

    with ThreadPoolExecutor(len(ids)) as pool:
        results = list(pool.map(book, ids))

    assert sorted(results) == [False] * 5 + [True]
