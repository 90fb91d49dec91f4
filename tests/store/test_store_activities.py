"""Activities and sign-ups as they are kept and shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_town import LANE, MINUTE, NOW, TOMORROW, enrolled, join, lecture

from outreach.domain.activity import ActivityStatus, SignUpPolicy
from outreach.domain.errors import ActivityNotFound, NotFound
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import Standing
from outreach.domain.times import Slot
from outreach.services.cards_public import Nearby
from outreach.store import Database


def test_an_activity_comes_back_as_it_was_entered(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow, title="太极", seats=12, restricted=True)

        assert uow.activities.card(card.id) == uow.activities.by_slug(card.slug) == card
        assert (card.title, card.seats, card.restricted, card.audience) == ("太极", 12, True, frozenset({"general"}))
        assert (card.status, card.zone, card.number) == (ActivityStatus.PUBLISHED, "Asia/Shanghai", 100)
        assert uow.activities.by_slug("nothing") is None


def test_what_does_not_exist_is_not_found(database: Database):
    with database.unit_of_work() as uow:
        for look in (uow.activities.card, uow.activities.locked):
            with pytest.raises(ActivityNotFound):
                look(ActivityId(7))
        for seek in (uow.sign_ups.get, uow.sign_ups.place):
            with pytest.raises(NotFound):
                seek(SignUpId(7))


def test_a_save_moves_the_change_date_with_the_revision_only(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow)
        join(uow, enrolled(uow, "ann"), card.id, now=NOW + MINUTE)
        assert uow.activities.card(card.id).changed_at == NOW
        assert uow.activities.card(card.id).version == 1

        activity = uow.activities.locked(card.id)
        activity.reschedule(Slot.of_minutes(TOMORROW + timedelta(days=1), 60), "Park", NOW + 2 * MINUTE)
        uow.activities.save(activity, NOW + 2 * MINUTE)

        moved = uow.activities.card(card.id)
        assert (moved.changed_at, moved.place, moved.revision, moved.version) == (NOW + 2 * MINUTE, "Park", 1, 2)


def test_a_loaded_activity_knows_its_counts_this_person_and_the_head_of_the_queue(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow, seats=2)
        people = [enrolled(uow, name) for name in ("ann", "bob", "cho", "dee")]
        for resident in people:
            join(uow, resident, card.id)

        activity = uow.activities.locked(card.id, people[3])

        assert (activity.seated, activity.waiting, activity.next_number) == (2, 2, 5)
        assert activity.mine[0].number == 4
        assert [waiting.resident_id for waiting in activity.head] == people[2:]


def test_upcoming_shows_what_is_public_and_not_over_soonest_first(database: Database):
    with database.unit_of_work() as uow:
        later = lecture(uow, starts_at=TOMORROW + timedelta(days=1)).id
        sooner = lecture(uow).id
        running = lecture(uow, starts_at=NOW - 30 * MINUTE).id
        over = lecture(uow, starts_at=NOW - 60 * MINUTE).id
        hidden = lecture(uow, restricted=True).id
        draft = lecture(uow, draft=True).id

        assert [card.id for card in uow.activities.upcoming(NOW, 10)] == [running, sooner, later]
        assert [card.id for card in uow.activities.upcoming(NOW, 10, public=False)] == [
            running, sooner, hidden, draft, later,
        ]  # fmt: skip
        assert [card.id for card in uow.activities.recent(3)] == [draft, hidden, over]
        assert [card.id for card in uow.activities.for_feed(NOW - timedelta(days=1), 10)] == [
            over, running, sooner, later,
        ]  # fmt: skip


def test_what_one_comes_to_by_invitation_is_on_no_list_and_in_no_feed(database: Database):
    with database.unit_of_work() as uow:
        invited = lecture(uow, policy=SignUpPolicy.INVITATION)
        root = uow.regions.root().path

        assert uow.activities.upcoming(NOW, 10) == []
        assert uow.activities.for_feed(NOW - timedelta(days=1), 10) == []
        assert uow.activities.nearby(Nearby(NOW, root), 10) == []
        assert uow.activities.by_slug(invited.slug) == invited  # whoever has its address may ask for a place


def test_pages_of_activities_that_start_together_neither_repeat_nor_skip(database: Database):
    with database.unit_of_work() as uow:
        made = [lecture(uow).id for _ in range(5)]

        shown: list[ActivityId] = []
        while page := uow.activities.upcoming(NOW, 2, after=shown[-1] if shown else None):
            shown += [card.id for card in page]
        newest_first = uow.activities.recent(2) + uow.activities.recent(9, before=made[3])

        assert shown == made
        assert [card.id for card in newest_first] == made[::-1]


def test_a_region_shows_itself_and_what_lies_below(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow)
        other = uow.regions.add("other", "Other", uow.regions.root())

        assert [found.id for found in uow.activities.upcoming(NOW, 5, region_path=card.region_path)] == [card.id]
        assert uow.activities.upcoming(NOW, 5, region_path=other.path) == []


def test_reminders_are_due_oldest_first_until_planned_anew(database: Database):
    with database.unit_of_work() as uow:
        second = lecture(uow, next_reminder_at=NOW).id
        first = lecture(uow, next_reminder_at=NOW - MINUTE).id
        lecture(uow, next_reminder_at=NOW + MINUTE)
        lecture(uow)

        assert [due.activity_id for due in uow.activities.reminders_due(NOW, 10)] == [first, second]

        uow.activities.plan_reminder(first, None)
        assert [(due.activity_id, due.due_at, due.zone) for due in uow.activities.reminders_due(NOW, 10)] == [
            (second, NOW, "Asia/Shanghai")
        ]


def test_a_place_counts_the_people_ahead_not_the_sign_ups(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow, seats=2)
        ann, bob, cho, dee = (enrolled(uow, name) for name in ("ann", "bob", "cho", "dee"))
        join(uow, ann, card.id, party=2)
        join(uow, bob, card.id, party=2)
        join(uow, cho, card.id)
        mine = join(uow, dee, card.id)

        place = uow.sign_ups.place(mine.id)

        assert (place.standing, place.number, place.ahead) == (Standing.WAITING, 4, 3)
        assert (place.activity.seated, place.activity.waiting) == (2, 4)
        assert uow.sign_ups.of_resident(dee, NOW, 5) == [place]
        assert uow.sign_ups.of_resident(ann, NOW, 5)[0].ahead == 0


def test_one_person_may_sign_up_for_several_and_each_is_a_row(database: Database):
    with database.unit_of_work() as uow:
        card, ann = lecture(uow), enrolled(uow, "ann")
        own = join(uow, ann, card.id)
        mother = join(uow, ann, card.id, beneficiary=1)

        assert own.id != mother.id
        assert [place.beneficiary for place in uow.sign_ups.of_resident(ann, NOW, 5)] == [0, 1]
        assert uow.sign_ups.active_activities(ann) == [card.id]


def test_leaving_and_coming_back_is_the_same_row_with_a_new_number(database: Database):
    with database.unit_of_work() as uow:
        card, ann = lecture(uow), enrolled(uow, "ann")
        first = join(uow, ann, card.id)
        activity = uow.activities.locked(card.id, ann)
        uow.sign_ups.save(activity.withdraw(NOW).sign_up)
        uow.activities.save(activity, NOW)

        back = join(uow, ann, card.id)

        assert (back.id, back.number, back.revision) == (first.id, 2, 1)
        assert uow.sign_ups.get(first.id) == back


def test_a_seat_given_back_goes_to_the_one_who_has_waited_longest(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow, seats=1)
        ann, bob, cho = (enrolled(uow, name) for name in ("ann", "bob", "cho"))
        for resident in (ann, bob, cho):
            join(uow, resident, card.id)

        fact = uow.activities.locked(card.id, ann).withdraw(NOW)

        assert [promoted.resident_id for promoted in fact.promoted] == [bob]


def test_the_roster_pages_by_number_and_names_nobody(database: Database):
    with database.unit_of_work() as uow:
        card = lecture(uow, seats=2, policy=SignUpPolicy.REQUEST)
        for name in ("ann", "bob", "cho"):
            join(uow, enrolled(uow, name), card.id)

        lines = uow.sign_ups.roster(card.id, 2) + uow.sign_ups.roster(card.id, 2, after=2)

        assert [(line.number, line.standing, line.channel) for line in lines] == [
            (number, Standing.REQUESTED, LANE) for number in (1, 2, 3)
        ]
        assert [found.number for found in uow.sign_ups.affected(card.id, [Standing.REQUESTED])] == [1, 2, 3]
        assert uow.sign_ups.affected(card.id, [Standing.SEATED]) == []


def test_numbers_of_activities_are_never_given_twice(database: Database):
    with database.unit_of_work() as uow:
        first = lecture(uow).id
        uow.connection.exec_driver_sql("DELETE FROM activity")

        assert lecture(uow).id == first + 1
