"""What staff look for and plan: found within their reach, counted before it is done, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from store_town import NOW, TOMORROW, caller, enrolled, join, lecture

from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Reach, Role
from outreach.domain.ids import SignUpId, StaffId
from outreach.domain.signup import SELF, SignUp, Standing
from outreach.services.cards_overview import Reachable
from outreach.services.cards_planning import Scope, Wanted, plan_of
from outreach.services.cards_staff import NewStaff

EVERYWHERE = Scope("", Reach.BELOW, None)
AHEAD = Wanted(since=NOW)


def village(uow, code, above=None):
    return uow.regions.add(code, code, above or uow.regions.root())


def activity_in(uow, region, **changes):
    card = lecture(uow, **changes)
    uow.connection.execute(text("update activity set region_id = :r where id = :i"), {"r": region.id, "i": card.id})
    return uow.activities.card(card.id)


def seat(uow, activity_id, resident_id, standing, number, party=1):
    uow.sign_ups.save(SignUp(SignUpId(0), activity_id, resident_id, SELF, party, standing, number, NOW))


def titles(uow, scope, wanted=AHEAD, limit=50):
    return [card.title for card in uow.activities.search(scope, wanted, limit)]


def test_a_reach_over_a_unit_finds_it_alone_and_one_below_it_what_is_below(database):
    with database.unit_of_work() as uow:
        town = village(uow, "town")
        east = village(uow, "east", town)
        activity_in(uow, town, title="of the town")
        activity_in(uow, east, title="of the east")

        assert titles(uow, Scope(town.path, Reach.UNIT, None)) == ["of the town"]
        assert titles(uow, Scope(town.path, Reach.BELOW, None)) == ["of the town", "of the east"]
        assert titles(uow, Scope(east.path, Reach.BELOW, None)) == ["of the east"]
        assert titles(uow, Scope(town.path, None, None)) == []


def test_ones_own_are_found_within_ones_unit_only(database):
    with database.unit_of_work() as uow:
        town, other = village(uow, "town"), village(uow, "other")
        for region in (town, other):
            card = activity_in(uow, region, title=region.code)
            uow.connection.execute(text("update activity set host_id = 7 where id = :i"), {"i": card.id})

        assert titles(uow, Scope(town.path, None, StaffId(7))) == ["town"]
        assert titles(uow, Scope(town.path, None, StaffId(8))) == []


def test_words_in_a_title_are_found_as_they_stand_whatever_they_mean_to_a_database(database):
    with database.unit_of_work() as uow:
        for title in ("100% calm", "100 calm", "a_b", "axb", "it's"):
            lecture(uow, title=title)

        found = {
            wanted: titles(uow, EVERYWHERE, Wanted(NOW, text=wanted)) for wanted in ("100%", "A_B", "'", "\\", "calm")
        }

    assert found == {"100%": ["100% calm"], "A_B": ["a_b"], "'": ["it's"], "\\": [], "calm": ["100% calm", "100 calm"]}


def test_a_list_goes_on_behind_the_last_line_in_both_directions(database):
    with database.unit_of_work() as uow:
        cards = [
            lecture(uow, title=str(number), starts_at=TOMORROW + timedelta(hours=number // 2)) for number in range(6)
        ]
        later = TOMORROW + timedelta(days=9)

        for past, since in ((False, NOW), (True, later)):
            whole = titles(uow, EVERYWHERE, Wanted(since, past=past))
            ids = {card.title: card.id for card in cards}
            second = titles(uow, EVERYWHERE, Wanted(since, past=past, after=ids[whole[2]]))
            assert whole == [str(number) for number in (range(6) if not past else reversed(range(6)))]
            assert second == whole[3:]


def test_a_month_is_counted_by_the_moment_and_knows_what_was_called_off(database):
    with database.unit_of_work() as uow:
        for _ in range(3):
            card = lecture(uow)
        lecture(uow, starts_at=TOMORROW + timedelta(days=2))
        off = uow.activities.locked(card.id)
        off.call_off(NOW)
        uow.activities.save(off, NOW)

        counted = uow.activities.beginnings(EVERYWHERE, Wanted(NOW, until=TOMORROW + timedelta(days=1)))

    assert [(one.starts_at, one.activities, one.called_off) for one in counted] == [(TOMORROW, 3, 1)]


def test_a_ripple_counts_people_messages_and_who_cannot_be_reached(database):
    with database.unit_of_work() as uow:
        card = lecture(uow)
        people = [enrolled(uow, name) for name in ("ann", "bo", "cho", "dai", "eve")]
        stands = [Standing.SEATED, Standing.SEATED, Standing.WAITING, Standing.REQUESTED, Standing.WITHDRAWN]
        for number, (person, standing) in enumerate(zip(people, stands, strict=True), 1):
            seat(uow, card.id, person, standing=standing, number=number, party=2)
        uow.connection.execute(text("update address set reach = 'gone' where resident_id = :r"), {"r": people[0]})
        uow.deliveries.add_reminders(
            card.id,
            0,
            timedelta(hours=2),
            NOW + timedelta(minutes=1),
            needed_by=TOMORROW,
            helps_until=TOMORROW,
            now=NOW,
        )

        ripple = uow.activities.ripple(card.id, (Standing.SEATED, Standing.WAITING, Standing.REQUESTED))

    assert (ripple.messages, ripple.unreachable) == (3, 1)
    assert (ripple.seated, ripple.waiting, ripple.requested) == (4, 2, 2)
    assert ripple.reminders == 1


def test_new_seats_load_as_much_of_the_queue_as_could_move_up(database):
    with database.unit_of_work() as uow:
        card = lecture(uow, seats=1)
        for number in range(1, 31):
            person = enrolled(uow, f"person {number}")
            join(uow, person, card.id)

        activity = uow.activities.locked(card.id, seats=25)
        promoted = activity.resize(25, NOW).promoted

    assert [moved_up.number for moved_up in promoted] == list(range(2, 26))
    assert (activity.seated, activity.waiting) == (25, 5)


def test_what_is_described_is_kept_and_a_uid_finds_its_activity(database):
    with database.unit_of_work() as uow:
        card = uow.activities.by_uid(lecture(uow).uid)
        changed = replace(
            plan_of(card), title="New", summary="S", audience=frozenset({"parent", "youth"}), restricted=True
        )
        uow.activities.describe(card.id, changed, NOW)

        assert plan_of(uow.activities.card(card.id)) == changed
        assert uow.activities.by_uid("nobody's") is None


@pytest.mark.parametrize(
    ("role", "on_duty", "there"), [(Role.DUTY, False, 1), (Role.HOST, True, 1), (Role.HOST, False, 0)]
)
def test_who_is_on_duty_above_a_unit_counts_for_it_and_who_is_below_does_not(database, role, on_duty, there):
    with database.unit_of_work() as uow:
        town = village(uow, "town")
        east = village(uow, "east", town)
        card = uow.staffs.add(NewStaff("lin", "Lin", role, town.id, on_duty), "hash", NOW)
        nothing = Reachable("/0/", True)

        assert uow.overviews.waiting(nothing, nothing, east.path).on_duty == there
        assert uow.overviews.waiting(nothing, nothing, uow.regions.root().path).on_duty == 0
        uow.staffs.disable(card.id, NOW, NOW)
        assert uow.overviews.waiting(nothing, nothing, east.path).on_duty == 0


def test_alerts_and_notes_are_counted_where_they_are_theirs(database):
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        person = enrolled(uow, "ann")
        uow.threads.write(person, caller("ann"), "please write", NOW)
        uow.alerts.raise_(caller("stranger"), "risk", "x", ("r",), "1", "key", NOW)
        here, elsewhere = Reachable(root.path, True), Reachable("/999/", True)

        mine, theirs = (uow.overviews.waiting(where, where, root.path) for where in (here, elsewhere))

    assert (mine.alerts, mine.notes) == (1, 1)
    assert (theirs.alerts, theirs.notes) == (0, 0)


def test_requests_are_counted_by_activity(database):
    with database.unit_of_work() as uow:
        card = lecture(uow, policy=SignUpPolicy.REQUEST, title="Group")
        for number, name in enumerate(("ann", "bo"), 1):
            seat(uow, card.id, enrolled(uow, name), standing=Standing.REQUESTED, number=number)

        found = uow.overviews.requests(EVERYWHERE, NOW, 10)

        assert [(one.title, one.count) for one in found] == [("Group", 2)]
        assert uow.overviews.requests(EVERYWHERE, TOMORROW + timedelta(days=2), 10) == []


def test_units_and_hosts_are_those_of_the_lineage(database):
    with database.unit_of_work() as uow:
        town = village(uow, "town")
        east, west = village(uow, "east", town), village(uow, "west", town)
        for login, region in (("at-town", town), ("at-east", east), ("at-west", west)):
            uow.staffs.add(NewStaff(login, login, Role.HOST, region.id), "hash", NOW)

        assert [one.code for one in uow.activities.units(town.path, Reach.BELOW, 9)] == ["town", "east", "west"]
        assert [one.code for one in uow.activities.units(town.path, Reach.UNIT, 9)] == ["town"]
        assert [one.name for one in uow.activities.hosts(east.path, 9)] == ["at-east", "at-town"]
        assert len(uow.activities.hosts(town.path, 9)) == 3
        assert uow.activities.host_name(StaffId(99)) is None
